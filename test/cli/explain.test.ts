import { afterEach, expect, test } from 'vitest';
import { type ApiServer, serve } from './api-server.ts';
import { DEPLOYMENT } from './rollout-answers.ts';
import { holdfastHere } from './run.ts';

let api: ApiServer | undefined;
afterEach(() => api?.close());

const ROLLBACK = 'rbk_01KAJWEZ80Y5R1W3K9D6FH2JMA';
const UNTIL = '2026-11-20T17:00:00.000Z';
const glass = { kind: 'break-glass', id: 'apr_1', expiresAt: UNTIL };
const exception = { kind: 'exception', id: 'migration-week', expiresAt: UNTIL };

test('explain of a deployment shows what lifted a policy: who asked, who granted it, until when and why', async () => {
  const explanation = {
    ...{ summary: 'aaaaaaa of checkout is RollingOut.', next: 'It moves traffic.', steps: [] },
    policies: [
      { id: 'baseline', cameTo: 'permit', reason: 'permits' },
      { id: 'freeze-windows', cameTo: 'nothing', reason: 'the weekend', lifted: glass },
      { id: 'large-change-caution', cameTo: 'nothing', reason: 'does not hold' },
      { id: 'db-review', cameTo: 'require-approval', reason: 'tier is not known', lifted: glass },
    ],
    exceptions: [
      { ...glass, state: 'used', owner: 'ada', grantedBy: 'grace', reason: 'the fix itself' },
      { ...exception, state: 'not-needed', owner: 'team-db', reason: 'reviewed as a whole' },
    ],
  };
  api = await serve({ [`/v1/deployments/${DEPLOYMENT}/explain`]: explanation });
  const { code, stdout } = await holdfastHere(['explain', 'deployment', DEPLOYMENT], api.url);
  expect(code).toBe(0);
  for (const line of [
    '2 of 4 policies had something to say',
    `freeze-windows: lifted by break-glass apr_1 until ${UNTIL}: the weekend`,
    `db-review: lifted by break-glass apr_1 until ${UNTIL}, still require-approval: tier is not known`,
    `break-glass apr_1 (used): asked by ada, granted by grace, until ${UNTIL}: the fix itself`,
    `exception migration-week (not-needed): owned by team-db, until ${UNTIL}: reviewed as a whole`,
  ])
    expect(stdout).toContain(line);
  expect(stdout).not.toContain('large-change-caution');
});

test('explain of a rollback shows the invariants as they were read last, and when', async () => {
  const results = [
    { id: 'I2', result: 'pass', value: 'Degraded' },
    { id: 'I6', result: 'wait', value: 'checks are pending' },
  ];
  const explanation = {
    ...{ summary: 'shop in staging was reported degraded.', next: 'Merges when they hold.', steps: [] },
    invariants: { at: UNTIL, mode: 'auto', verdict: 'wait', results },
  };
  api = await serve({ [`/v1/rollbacks/${ROLLBACK}/explain`]: explanation });
  const { code, stdout } = await holdfastHere(['explain', 'rollback', ROLLBACK], api.url);
  expect(code).toBe(0);
  expect(stdout).toContain(`The invariants as they were read last, at ${UNTIL} in mode auto: wait`);
  expect(stdout).toMatch(/I6 +wait +checks are pending/);
});

test.each([
  [
    {
      nearestTo: 'it was blocked by freeze-windows',
      nearest: [
        {
          text: 'after the freeze year-end, which ends at 2027-01-06T00:00:00.000Z (27 h later)',
          ...{ would: 'it would have been cleared', score: '0.2312345', band: 'low' },
        },
      ],
    },
    [
      'The nearest changes that would have altered the decision: it was blocked by freeze-windows',
      '  after the freeze year-end, which ends at 2027-01-06T00:00:00.000Z (27 h later): it would have been cleared, at risk 0.231 (low)',
    ],
  ],
  [
    { nearest: [], nearestNote: 'It cannot be told what would have altered it: it was erased.' },
    ['  It cannot be told what would have altered it: it was erased.'],
  ],
])(
  'explain says which decision, what would have altered it and to what, or why that cannot be told',
  async (told, lines) => {
    const explanation = { summary: 'aaaaaaa of checkout.', next: 'Ended.', steps: [], ...told };
    api = await serve({ [`/v1/deployments/${DEPLOYMENT}/explain`]: explanation });
    const { code, stdout } = await holdfastHere(['explain', 'deployment', DEPLOYMENT], api.url);
    expect(code).toBe(0);
    for (const line of lines) expect(stdout.split('\n')).toContain(line);
  },
);
