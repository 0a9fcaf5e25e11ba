import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../local/scenarios/attempt.ts';
import { freshWorld, type TestWorld } from '../support/local-world.ts';
import { flapping, scaledToNothing } from './cases/health.ts';
import { forbidden, forgeDown, forged } from './cases/outside.ts';
import { killSwitch, promotion, reusedAndReplayed } from './cases/pull-requests.ts';
import { everythingSaid, secretsSaid } from './everything-said.ts';

const forgeIsUp = Promise.withResolvers<void>();
const others: Promise<void>[] = [];
let world: TestWorld;

beforeAll(async () => {
  world = await freshWorld();
});
afterAll(() => world.end());

/** A case that runs beside the others. Those that open pull requests wait for the one that takes the forge away. */
function workedCase(name: string, run: () => Promise<void>): void {
  const { promise, resolve } = Promise.withResolvers<void>();
  others.push(promise);
  test.concurrent(name, () => run().finally(resolve));
}

// W2, W3, W4, W5, W6, W9 and W14 are journeys (journeys.test.ts), W10 is restart.test.ts
describe('the worked cases, side by side on one local cloud', () => {
  workedCase('W11: while the forge fails, a pull request is tried 1 + 3 times, then a person is asked', () =>
    forgeDown(world, forgeIsUp.resolve),
  );
  workedCase('W8: a service that flaps never confirms, and nothing is proposed', () => flapping(world));
  workedCase('W13: a service that is scaled to nothing is not degraded, whatever it runs', () =>
    scaledToNothing(world),
  );
  workedCase('W16: a forged signature is answered 401, counted and logged, and nothing of it is stored', () =>
    forged(world),
  );
  workedCase('W12: a 403 ends the attempt at once, feeds the alarm, and holds the slot until the reset', () =>
    forgeIsUp.promise.then(() => forbidden(world)),
  );
  workedCase(
    'W7 and W15: an open pull request of ours is used again, and what is delivered twice starts nothing twice',
    () => forgeIsUp.promise.then(() => reusedAndReplayed(world)),
  );
  workedCase('W1: a promotion by people is none of our business', () =>
    forgeIsUp.promise.then(() => promotion(world)),
  );
  test.concurrent('the kill switch ends an attempt in the middle and leaves its pull request to people', () =>
    forgeIsUp.promise.then(() => killSwitch(world, () => Promise.all(others))));
});

test('no answer of the sandbox forge broke the contract of the API it stands for', () => {
  expect(world.sandbox.forge.violations()).toEqual([]);
});

test('no secret of the run stands anywhere, the issues for people and the events of failures included', async () => {
  await until('an issue for people', 60, async () =>
    /holdfast:escalation\/rbk_/.test(world.forgeText()) ? true : undefined,
  );
  const said = await everythingSaid(world);
  expect(said.get('events')).toMatch(/"detail-type":"PullRequestFailed"/);
  expect(await secretsSaid(world, said)).toEqual([]);
});
