import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replayOverApi } from '../../cli/commands/ledger-replay.ts';
import { verifyOverApi } from '../../cli/commands/ledger-verify.ts';
import { api } from '../../cli/http.ts';
import { SCENARIOS } from '../../local/scenarios/index.ts';
import { runScenario, type ScenarioResult } from '../../local/scenarios/scenario.ts';
import { freshWorld } from '../support/local-world.ts';

/** The journeys of `npm run demo`, side by side on one local cloud, as there. */
describe('the journeys', () => {
  let world: Awaited<ReturnType<typeof freshWorld>>;
  let results: readonly ScenarioResult[];

  beforeAll(async () => {
    world = await freshWorld();
    const quiet = { note: () => {}, step: () => {} };
    results = await Promise.all(SCENARIOS.map((scenario) => runScenario(world, scenario, quiet)));
  }, 180_000);
  afterAll(() => world.end());

  test.each(SCENARIOS.map(({ name, expected }) => ({ name, expected })))(
    '$name ends as $expected',
    ({ name, expected }) => {
      expect(results.find((result) => result.name === name)?.outcome).toBe(expected);
    },
  );

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

  test('no secret of the run stands in a log', () => {
    const logs = world.logText();
    expect(logs.length).toBeGreaterThan(1_000);
    for (const secret of Object.values(world.secrets)) expect(logs).not.toContain(secret);
  });

  test('a history stays far below the budget of 5,000 events', () => {
    for (const result of results) expect(Number(result.measured.historyEvents)).toBeLessThan(1_000);
  });
});
