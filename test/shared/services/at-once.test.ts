import { describe, expect, test } from 'vitest';
import { isFault } from '../../../shared/kernel/index.ts';
import type { DeployLevel } from '../../../shared/services/contract.ts';
import {
  putAutonomy,
  putKillSwitch,
  putService,
  readAutonomyTable,
  requestAutonomy,
} from '../../../shared/services/index.ts';
import { seededRandom } from '../../support/chance.ts';
import { expectReplay } from '../../support/expect-replay.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { serviceDocument } from './documents.ts';

const NAMES = ['shop', 'cart', 'mail', 'feed', 'desk', 'bank'];
let keys = 0;
const asked = () => {
  keys += 1;
  return { actor: { type: 'person', id: 'ada', via: 'api' } as const, correlationId: 'c', key: `k${keys}` };
};
const place = (service: string, level: DeployLevel) =>
  ({ service, environment: 'staging', action: 'deploy', level }) as const;

async function world() {
  const store = memoryStore();
  const software = { version: 't', configDigest: 't' };
  const now = Date.parse('2026-11-21T10:00:00.000Z');
  const deps = { store, clock: () => now, random: seededRandom(), software };
  for (const name of NAMES) await putService(deps, { name, document: serviceDocument(), ...asked() });
  const { write } = store;
  return {
    store,
    deps,
    /** Just before the next change of the table is written, so many times, this happens. */
    before: (times: number, act: (nth: number) => Promise<unknown>) => {
      let left = times;
      let inside = false;
      Object.assign(store, {
        write: async (given: Parameters<typeof write>[0]) => {
          if (given.subject.kind === 'autonomy' && !inside && left > 0) {
            left -= 1;
            inside = true;
            await act(times - left);
            inside = false;
          }
          return write(given);
        },
      });
    },
  };
}

describe('levels of several services that are set at once', () => {
  test('are all set, and nobody is told of a conflict', async () => {
    const { store, deps } = await world();
    await Promise.all(NAMES.map((name) => requestAutonomy(deps, place(name, 'assisted'), asked())));
    const { data, head } = await readAutonomyTable(deps);
    expect(Object.keys(data.levels)).toHaveLength(NAMES.length);
    expect(head?.rev).toBe(NAMES.length);
    await expectReplay(store);
  });

  test('are let go first ten times at most', async () => {
    const { deps, before } = await world();
    const flip = (nth: number): DeployLevel => (nth % 2 === 0 ? 'shadow' : 'observe');
    before(20, (nth) => putAutonomy(deps, place('cart', flip(nth)), asked()));
    await expect(requestAutonomy(deps, place('shop', 'assisted'), asked())).rejects.toSatisfy((thrown) =>
      isFault(thrown, 'Conflict'),
    );
  });
});

test('the same place that somebody else set first is a conflict: what was asked was asked of another level', async () => {
  const { deps, before } = await world();
  before(1, () => putAutonomy(deps, place('shop', 'shadow'), asked()));
  await expect(requestAutonomy(deps, place('shop', 'assisted'), asked())).rejects.toSatisfy((thrown) =>
    isFault(thrown, 'Conflict'),
  );
  expect((await readAutonomyTable(deps)).data.levels['shop/staging/deploy']).toBe('shadow');
});

test('the kill switch is not stopped by people who set levels again and again', async () => {
  const { deps, before } = await world();
  const flip = (nth: number): DeployLevel => (nth % 2 === 0 ? 'shadow' : 'assisted');
  before(5, (nth) => putAutonomy(deps, place('cart', flip(nth)), asked()));
  await putKillSwitch(deps, { on: true, reason: 'drill' }, asked());
  expect((await readAutonomyTable(deps)).data.killSwitch.on).toBe(true);
});
