import { afterEach, describe, expect, test } from 'vitest';
import { measuredHour, quietUntil, splitsOf } from '../../../shared/deployments/quiet-hour.ts';
import { millis } from '../../../shared/kernel/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun | undefined;
afterEach(async () => {
  await run?.close();
  run = undefined;
});

describe('the time before', () => {
  const until = (...splits: readonly (readonly [number, number])[]) =>
    quietUntil(
      splits.map(([from, to]) => ({ from, to })),
      { now: 1000, length: 64, since: 500 },
    );

  test('is the last that touches no split', () => {
    expect(until()).toBe(1000);
    expect(until([900, 936])).toBe(1000);
    expect(until([900, 937])).toBe(900);
    expect(until([900, 990], [850, 870], [700, 720])).toBe(850);
    // one that ran beside another for longer
    expect(until([900, 990], [700, 980])).toBe(700);
  });

  test('is not looked for further back than it may lie', () => {
    expect(until([564, 1000])).toBe(564);
    expect(until([563, 1000])).toBeUndefined();
    expect(until([900, 990], [500, 880])).toBeUndefined();
  });
});

test('what an earlier rollout left as it stood ends with the next, and one that took no traffic splits nothing', () => {
  const at = (minute: number) => new Date(minute * 60_000).toISOString();
  const rollout = (planned: number, times: Readonly<Record<string, string>>) =>
    ({ data: { times: { planned: at(planned), ...times } } }) as unknown as Parameters<
      typeof splitsOf
    >[0][number];
  const splits = splitsOf(
    [
      rollout(90, { started: at(91) }),
      rollout(70, { ended: at(71) }),
      rollout(50, { started: at(51), promoted: at(55), zero: at(60), ended: at(60) }),
      rollout(40, { started: at(41), promoted: at(45), ended: at(50) }),
      rollout(20, { started: at(21), ended: at(22) }),
    ],
    100 * 60_000,
    60_000,
  );
  expect(splits.map(({ from, to }) => [from / 60_000, to / 60_000])).toEqual([
    [90, 100],
    [50, 61],
    [40, 46],
    [20, 41],
  ]);
});

test('a fix-forward after a canary that failed freezes what was before that canary', async () => {
  run = await deploymentRun();
  run.publish({ failing: 0.04, slow: 0.05 });
  const first = await run.request();
  await run.minutes(30, async () => (await run?.deployment(first))?.state.kind === 'RolledBack');
  const { forge, traffic } = run;
  const fixed = forge.commit('acme/shop', 'main', 'the fix', { 'src/checkout.ts': 'quick and right' });
  forge.setChecks('acme/shop', fixed, 'success');
  traffic.world.publish('3', fixed);
  const second = await run.request(fixed);
  await run.pass(30);
  const [before, after] = [(await run.rollout(first)).data, (await run.rollout(second)).data];
  const started = millis(before.times.started ?? '');
  expect(after.source?.notes).toContain(
    `an earlier rollout had a share of the traffic in the hour before: what is frozen is read from the hour until ${new Date(started - 60_000).toISOString()}`,
  );
  expect(after.before.failures / after.before.requests).toBeCloseTo(0.005, 3);
  expect(after.before.requests).toBeGreaterThanOrEqual(59 * 20_000);
});

test('an hour in which nobody asked anything is none to read from: the present one is, and the plan says so', async () => {
  run = await deploymentRun();
  run.publish({ failing: 0.04, slow: 0.05 });
  const first = await run.request();
  await run.minutes(30, async () => (await run?.deployment(first))?.state.kind === 'RolledBack');
  const target = {
    platform: 'lambda',
    service: 'shop',
    environment: 'staging',
    function: 'shop',
    alias: 'live',
  };
  const now = run.deps.clock();
  const served = { n: 1000, errors: 5, slowerThan: {} };
  const total = (from: number) => async (_: unknown, window: { readonly to: string }) =>
    Date.parse(window.to) >= from ? served : undefined;
  const hour = (from: number) =>
    measuredHour(
      { store: run?.deps.store as never, factor: 1, metrics: { total: total(from) } },
      target as never,
      now,
    );
  expect(await hour(0)).toMatchObject({
    total: served,
    notes: [expect.stringContaining('read from the hour until')],
  });
  expect(await hour(now)).toEqual({
    ...{ until: now, total: served },
    notes: [expect.stringContaining('what is frozen is read from the present hour')],
  });
  expect((await hour(now + 1)).total).toBeUndefined();
});
