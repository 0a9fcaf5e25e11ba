import { expect, test } from 'vitest';
import { Fault, isoTime } from '../../../shared/kernel/index.ts';
import type { Attempt } from '../../../shared/rollbacks/attempt.ts';
import type { WorldDeps } from '../../../shared/rollbacks/ports.ts';
import { hasWaited } from '../../../shared/rollbacks/wait-for-forge.ts';

const START = Date.parse('2026-11-21T10:00:00.000Z');

/** Comes again as long as it has waited; answers how often, and after how many seconds nobody waits any more. */
async function visits(retryAfterSeconds: number, staySeconds: number) {
  let now = START;
  const pause = async (milliseconds: number): Promise<void> => {
    now += milliseconds;
  };
  const deps = { clock: () => now, pause } as unknown as WorldDeps;
  const data = { enteredAt: isoTime(START), deadlineAt: isoTime(START + staySeconds * 1000) };
  const limited = new Fault('RateLimited', 'wait', { retryAfterSeconds });
  let count = 0;
  while (await hasWaited(deps, { data } as Attempt, limited)) count += 1;
  return { count, seconds: (now - START) / 1000 };
}

test('a forge that always asks for a second is asked seldom enough for the workflow’s 5,000 events, for an hour at most', async () => {
  const { count, seconds } = await visits(1, 86_400);
  expect(count).toBeLessThan(120);
  expect(seconds).toBeGreaterThan(3_500);
  expect(seconds).toBeLessThanOrEqual(3_665);
});

test('one that asks for minutes is asked each minute, until the deadline of the stay', async () => {
  expect(await visits(100, 200)).toEqual({ count: 2, seconds: 130 });
});
