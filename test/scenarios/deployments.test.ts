import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replayOverApi } from '../../cli/commands/ledger-replay.ts';
import { verifyOverApi } from '../../cli/commands/ledger-verify.ts';
import { api } from '../../cli/http.ts';
import { RolloutView, standingOf } from '../../cli/rollout-view.ts';
import { DEPLOYMENT_SCENARIOS } from '../../local/scenarios/index.ts';
import { runScenarios, type ScenarioResult } from '../../local/scenarios/scenario.ts';
import { freshWorld, type TestWorld } from '../support/local-world.ts';
import { everythingSaid, secretsSaid } from './everything-said.ts';

/** The journeys of deployments, side by side on one local cloud: both machines, real traffic, a real split, real counts. */
describe('the journeys of deployments', () => {
  let world: TestWorld;
  let results: readonly ScenarioResult[];
  const looks: unknown[] = [];
  const idOf = (name: string, kind: string) =>
    results.find((each) => each.name === name)?.subjects.find((subject) => subject.kind === kind)?.id;

  beforeAll(async () => {
    world = await freshWorld();
    const tell = { note: () => {}, step: () => {}, look: (rollout: unknown) => void looks.push(rollout) };
    results = await runScenarios(world, DEPLOYMENT_SCENARIOS, () => tell);
  }, 400_000);
  afterAll(() => world.end());

  test.each(DEPLOYMENT_SCENARIOS.map(({ name, expected }) => ({ name, expected })))(
    '$name ends as $expected',
    ({ name, expected }) => {
      expect(results.find((each) => each.name === name)?.outcome).toBe(expected);
    },
  );

  test('nobody but a person moves the first traffic in production', async () => {
    const id = idOf('deploy-needs-approval', 'deployment');
    const { items } = (await world.api('GET', `/v1/deployments/${id}/decisions`)) as {
      items: readonly { event: string; actor: { type: string; id: string } }[];
    };
    const cleared = items.filter(({ event }) => ['ApprovalGiven', 'DeploymentCleared'].includes(event));
    expect(cleared.map(({ event, actor }) => `${event} by ${actor.type} ${actor.id}`)).toEqual([
      'ApprovalGiven by person lee',
    ]);
  });

  test('what the API shows of a rollout is enough for the chart: both arms, the evidence and its limits', () => {
    const standings = looks
      .map((look) => standingOf(RolloutView.parse(look)))
      .filter((each) => each !== undefined);
    expect(standings.some(({ verdict }) => verdict === 'SAFE')).toBe(true);
    expect(standings.some(({ verdict }) => verdict === 'ROLLBACK')).toBe(true);
    for (const { canary, baseline, limits } of standings) {
      expect(canary.requests + baseline.requests).toBeGreaterThan(0);
      expect(limits?.harm).toBeGreaterThan(0);
    }
  });

  test('a deployment is explained by what it was weighed by, and what would have altered it', async () => {
    const id = idOf('deploy-blocked-by-policy', 'deployment');
    const page = (await world.api('GET', `/v1/deployments/${id}/explain`)) as Readonly<
      Record<string, unknown[]>
    >;
    for (const part of ['factors', 'policies', 'steps']) expect(page[part]?.length, part).toBeGreaterThan(0);
    expect(JSON.stringify(page.steps)).toContain('freeze-windows');
    expect(page.nearestTo).toBe('it was blocked by freeze-windows');
    expect(page.nearest?.[0]).toMatchObject({
      ...{ facts: ['at'], to: 'Cleared', would: 'it would have been cleared' },
      // the day after tomorrow begins the first day that the calendar does not name
      text: expect.stringMatching(/^after the freeze year-end-close, which ends at \S+T00:00:00\.000Z/),
    });
  });

  test('every decision is sealed, the ledger is sound, and each verdict replays to the same bytes', async () => {
    const call = api({ api: world.cloud.api, token: world.token('viewer') });
    const report = await verifyOverApi(call, true);
    expect(report.verification.kind).toBe('sound');
    expect(report.completeness).toMatchObject({ complete: true, missing: [], doubled: [] });
    const replay = await replayOverApi(call);
    expect(replay.findings).toEqual([]);
    expect(replay.decisions).toBeGreaterThan(40);
  });

  test('no secret of the run stands in a log, an event, a table, the ledger, the chat or a text at the forge', async () => {
    const said = await everythingSaid(world);
    for (const source of ['deployments', 'rollouts', 'approvals'])
      expect(said.get('events')).toContain(`"source":"holdfast.${source}"`);
    expect(await secretsSaid(world, said)).toEqual([]);
  });
});
