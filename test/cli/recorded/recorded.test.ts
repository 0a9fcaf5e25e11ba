import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listDeploymentDecisions, listDeployments } from '../../../shared/deployments/index.ts';
import { deploymentRun } from '../../support/deployment-run.ts';
import { type ApiServer, serve } from '../api-server.ts';
import { holdfastHere } from '../run.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-recorded-'));
let server: ApiServer | undefined;
/** As well, one that ended as Completed after a verdict against it. */
let condemning: ApiServer | undefined;
let decisions: unknown;
let id: string;

/** One deployment in staging, rolled out whole by the machines themselves. */
beforeAll(async () => {
  const run = await deploymentRun();
  run.publish();
  id = await run.request();
  const ended = async () => (await run.deployment(id)).state.kind === 'Completed';
  await run.minutes(200, ended);
  expect(await ended()).toBe(true);
  decisions = await listDeploymentDecisions(run.store, id);
  const listed = await listDeployments(run.store, { limit: 50 });
  await run.close();
  const [head] = listed.items;
  const failed = { ...head, id: 'dep_OTHER', state: { kind: 'RolledBack' } };
  const paged = { ...head, id: 'dep_PAGED', verdict: 'condemned' };
  const untold = { ...head, id: 'dep_UNTOLD', state: { kind: 'Aborted' } };
  const known = {
    [`/v1/deployments/${id}/decisions`]: decisions,
    '/v1/deployments/dep_OTHER/decisions': { items: [] },
    '/v1/deployments/dep_UNTOLD/decisions': { items: [] },
  };
  server = await serve({ ...known, '/v1/deployments': { items: [...listed.items, failed, untold] } });
  condemning = await serve({
    ...known,
    '/v1/deployments': { items: [...listed.items, failed, paged, untold] },
    '/v1/deployments/dep_PAGED/decisions': decisions,
  });
}, 120_000);
afterAll(() => Promise.all([server?.close(), condemning?.close()]));
const api = () => server?.url ?? '';

function file(name: string, document: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(document));
  return path;
}

const BASELINE = {
  ...{ id: 'baseline', title: 'the rest', severity: 'low' },
  cedar: 'permit(principal, action, resource);',
};
const STRICT = {
  policies: [
    BASELINE,
    {
      ...{ id: 'no-weekdays', title: 'only on weekends', severity: 'high' },
      cedar: 'forbid(principal, action == Action::"deploy", resource) when { !context.freezes.isEmpty() };',
    },
  ],
  calendars: {
    weekdays: {
      zone: 'Asia/Kolkata',
      weekly: [{ from: { day: 'Mon', time: '00:00' }, to: { day: 'Sat', time: '00:00' } }],
    },
  },
};
const CAUTIOUS = {
  ...{ service_tier: 0.01, service_health: 0.95, historical_failure: 0.01 },
  ...{ blast_radius: 0.01, change_complexity: 0.01, timing: 0.01 },
};

describe('holdfast policy replay', () => {
  test('finds no difference under a set that says the same, and exits 0', async () => {
    const policy = file('same.json', { policies: [BASELINE] });
    const ran = await holdfastHere(['policy', 'replay', '--policy', policy, '--json'], api());
    expect(JSON.parse(ran.stdout)).toEqual({ decided: 1, different: 0, deployments: [] });
    expect(ran.code).toBe(0);
  });

  test('names each deployment that would have been blocked, by which policy and why, and exits 1', async () => {
    const args = ['policy', 'replay', '--policy', file('strict.json', STRICT)];
    const ran = await holdfastHere([...args, '--json'], api());
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      ...{ decided: 1, different: 1 },
      deployments: [
        {
          ...{ id, service: 'shop', was: 'Cleared', wouldBe: 'Blocked POLICY' },
          differences: expect.arrayContaining([{ what: 'blocked by', was: 'none', wouldBe: 'no-weekdays' }]),
          reasons: [expect.stringMatching(/^no-weekdays: block: only on weekends: weekdays/)],
        },
      ],
    });
    const shown = await holdfastHere(args, api());
    expect(shown.stdout).toContain('Cleared -> Blocked POLICY');
    expect(shown.stdout).toContain('1 of 1 deployments would have been decided differently');
  });

  test('reads the decisions of a file without any API', async () => {
    const exported = file('decisions.json', decisions);
    const strict = file('strict.json', STRICT);
    expect((await holdfastHere(['policy', 'replay', exported, '--policy', strict])).code).toBe(1);
    expect((await holdfastHere(['policy', 'replay', exported, '--profile', 'holdfast'])).code).toBe(0);
  });

  test('weighs again from the recorded inputs under other weights and under the profile of the seed', async () => {
    const weights = ['--weights', file('weights.json', CAUTIOUS)];
    for (const trial of [weights, ['--profile', 'genops-v1']]) {
      const ran = await holdfastHere(['policy', 'replay', ...trial, '--json'], api());
      const [{ differences }] = JSON.parse(ran.stdout).deployments;
      expect(differences[0].what).toBe('score');
      expect(differences[0].was).not.toBe(differences[0].wouldBe);
    }
  });

  test('leaves out what was asked for before --since', async () => {
    const args = ['policy', 'replay', '--policy', file('strict.json', STRICT), '--json'];
    const before = await holdfastHere([...args, '--since', '2026-11-01'], api());
    expect(JSON.parse(before.stdout)).toMatchObject({ decided: 1, different: 1 });
    const ran = await holdfastHere([...args, '--since', '2030-01-01'], api());
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('nothing to replay')]);
  });
});

const GENOPS = ['--profile', 'genops-v1'];
const DECIDED = { kind: 'deployment', id: 'dep_1', rev: 2, rule: { name: 'decide-deployment' } };
const WRONG: readonly (readonly [args: readonly string[], text: string])[] = [
  [[], 'name what to try'],
  [['--profile', 'guess'], '--profile must be one of'],
  [[...GENOPS, '--since', 'yesterday'], '--since'],
  [['--weights', file('uneven.json', { ...CAUTIOUS, timing: 0.5 })], 'must sum to 1'],
  [['--weights', file('few.json', { timing: 1 })], 'service_tier'],
  [[file('odd.json', { decisions: 1 }), ...GENOPS], 'the decisions'],
  [
    [file('broken.json', [{ ...DECIDED, inputs: broken() }]), ...GENOPS],
    'dep_1: its recorded inputs cannot be read',
  ],
];
const NOTHING = [
  { items: [] },
  [{ kind: 'deployment', id: 'dep_1', rev: 1, erased: true }],
  [{ kind: 'rollback', id: 'rbk_1', rev: 1, rule: { name: 'open-rollback' }, inputs: {} }],
];
const MISFITS: readonly (readonly [misfit: object, text: string])[] = [
  [{ inputs: {} }, '[1].inputs.policies: is missing, in a decision by decide-deployment'],
  [{ inputs: 'text' }, '[1].inputs: must be an object'],
  [{ inputs: { ...broken(), retry: undefined } }, '[1].inputs.retry: is missing'],
  [{ inputs: broken(), kind: 'rollback' }, '[1].kind: must be deployment'],
  [{ inputs: { find: {} }, rule: { name: 'weigh-deployment' } }, '[1].inputs.risk: is missing'],
];

describe('wrong usage of holdfast policy replay', () => {
  const refused = async (args: readonly string[], text: string) => {
    const ran = await holdfastHere(['policy', 'replay', ...args], api());
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(text)]);
  };
  test.each(WRONG)('is %j', refused);
  test.each(NOTHING)('is a document that holds nothing to replay: %j', (none) =>
    refused([file('none.json', none), ...GENOPS], 'nothing to replay: none of these'),
  );
  test.each(MISFITS)('is a decision that cannot be read: %j', (misfit, text) => {
    const other = { ...DECIDED, rev: 1, rule: { name: 'request-deployment' }, inputs: {} };
    return refused([file('misfit.json', [other, { ...DECIDED, ...misfit }]), ...GENOPS], text);
  });
});

function broken() {
  return { policies: {}, autonomy: {}, killSwitch: false, condemned: false, retry: false, approval: null };
}

describe('holdfast calibrate', () => {
  test('holds recorded scores against what became of the changes', async () => {
    const ran = await holdfastHere(['calibrate', '--json'], api());
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ count: 2, failures: 1, brier: expect.any(Number) });
    const shown = await holdfastHere(['calibrate'], api());
    expect(shown.stdout).toContain('Brier score');
    expect(shown.stdout).toMatch(/mean score +failed/);
  });

  test('a verdict is a failure, whatever the state; the probability of failure is scored by itself', async () => {
    const ran = await holdfastHere(['calibrate', '--json'], condemning?.url ?? '');
    const { count, failures, probability } = JSON.parse(ran.stdout);
    expect([count, failures]).toEqual([3, 2]);
    // A service without a past: Beta(1, 9). One of the two whose decisions are there failed.
    expect(probability).toMatchObject({ count: 2, failures: 1, decomposition: { uncertainty: 0.25 } });
    expect(probability.brier).toBeCloseTo((0.1 ** 2 + 0.9 ** 2) / 2, 9);
    const shown = await holdfastHere(['calibrate'], condemning?.url ?? '');
    expect(shown.stdout).toMatch(/mean of the posterior\), of 2 outcomes, 1 failed/);
  });

  test('has nothing to say of fewer than two outcomes', async () => {
    const ran = await holdfastHere(['calibrate', '--since', '2030-01-01'], api());
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('two are needed');
  });
});
