import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replayOverApi } from '../../cli/commands/ledger-replay.ts';
import { verifyOverApi } from '../../cli/commands/ledger-verify.ts';
import { api } from '../../cli/http.ts';
import { decisionsOf } from '../../local/scenarios/attempt.ts';
import { ROLLBACK_SCENARIOS } from '../../local/scenarios/index.ts';
import { runScenarios, type ScenarioResult } from '../../local/scenarios/scenario.ts';
import { freshWorld, type TestWorld } from '../support/local-world.ts';
import { rotateOverApi } from '../support/rotate-over-api.ts';
import { everythingSaid, secretsSaid, taskTokens } from './everything-said.ts';

/** The worked cases of the specification that journeys prove; the others are in worked-cases.test.ts. */
const CASES: Readonly<Record<string, string>> = {
  'rollback-staging': 'W2',
  'rollback-production': 'W3',
  'ci-red': 'W4',
  'self-heal': 'W5',
  'candidate-walk': 'W6',
  'five-at-once': 'W9',
  'human-merges-first': 'W14',
};

/** The journeys of `npm run demo` that go back, side by side on one local cloud, as there; deployments.test.ts has the others. */
describe('the journeys', () => {
  let world: TestWorld;
  let results: readonly ScenarioResult[];
  const resultOf = (name: string) => results.find((result) => result.name === name);

  beforeAll(async () => {
    world = await freshWorld();
    const quiet = { note: () => {}, step: () => {} };
    results = await runScenarios(world, ROLLBACK_SCENARIOS, () => quiet);
  }, 600_000);
  afterAll(() => world.end());

  test.each(
    ROLLBACK_SCENARIOS.map(({ name, expected }) => ({ name, expected, of: CASES[name] ?? 'journey' })),
  )('$of: $name ends as $expected', ({ name, expected }) => {
    expect(resultOf(name)?.outcome).toBe(expected);
  });

  test('W3: no decision of the production attempt but its approval leads to the merge', async () => {
    const id = resultOf('rollback-production')?.subjects[0]?.id ?? '';
    const merges = (await decisionsOf(world, id)).filter(({ to }) => to === 'RollbackMerged');
    expect(merges.map(({ event }) => event)).toContain('HumanApproved');
    const firsts = merges.filter(({ from }) => from !== 'RollbackMerged');
    expect(firsts.map(({ event, from }) => `${from} ${event}`)).toEqual(['AwaitingMerge HumanApproved']);
  });

  test("the ledger's key is rotated, and the ledger is sound to a stranger who knows the first key alone", async () => {
    const { seq, report } = await rotateOverApi(world);
    expect(report).toMatchObject({ verdict: 'sound', findings: [] });
    expect(report.checkpoint?.size).toBeGreaterThan(seq);
  });

  test('every decision is sealed, the ledger is sound, and each decision replays to the same bytes', async () => {
    const call = api({ api: world.cloud.api, token: world.token('viewer') });
    const report = await verifyOverApi(call, true);
    expect(report.verification.kind).toBe('sound');
    expect(report.completeness).toMatchObject({ complete: true, missing: [], doubled: [] });
    const replay = await replayOverApi(call);
    expect(replay.findings).toEqual([]);
    expect(replay.decisions).toBeGreaterThan(20);
  });

  test('no answer of the sandbox forge broke the contract of the API it stands for', () => {
    expect(world.sandbox.forge.violations()).toEqual([]);
  });

  test('no secret of the run stands in a log, an event, a table, the ledger, the chat or a text at the forge', async () => {
    expect((await taskTokens(world)).length).toBeGreaterThan(5);
    const said = await everythingSaid(world);
    const small = ['signals', 'dead letters and other messages'];
    for (const [place, text] of said)
      if (!small.includes(place)) expect(text.length, place).toBeGreaterThan(100);
    expect(said.get('events')).toContain('"source":"holdfast.rollbacks"');
    expect(said.get('forge')).toContain('<!-- holdfast:');
    expect(await secretsSaid(world, said)).toEqual([]);
  });

  test('a history stays far below the budget of 5,000 events', () => {
    for (const result of results) expect(Number(result.measured.historyEvents)).toBeLessThan(1_000);
  });
});
