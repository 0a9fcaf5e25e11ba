import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DecideDeploymentInputs,
  decideDeployment,
} from '../../../../shared/deployments/rules/decide-deployment.ts';
import { BUILT_IN_SET, policyInputs, RISK_BANDS } from '../../../../shared/policies/index.ts';
import { DEPLOY_LEVELS } from '../../../../shared/services/contract.ts';
import { QUIET, WEDNESDAY } from '../../policies/facts.ts';

const FRIDAY = '2026-11-20T16:00:00.000Z';
const policies = (change: object = {}, at = WEDNESDAY) =>
  policyInputs({ set: BUILT_IN_SET, facts: { ...QUIET, ...change }, exceptions: [], at });
const BASE: DecideDeploymentInputs = {
  policies: policies(),
  autonomy: { level: 'governed', environment: 'staging', band: 'low', score: '0.2' },
  ...{ killSwitch: false, condemned: false, retry: false, approval: null },
};
const APPROVED = { approval: { id: 'apr_1', person: 'grace' } };
const asAt = (change: Partial<DecideDeploymentInputs['autonomy']>) => ({
  autonomy: { ...BASE.autonomy, ...change },
});

describe('a deployment that has been weighed', () => {
  test.each<[string, Partial<DecideDeploymentInputs>, string]>([
    ['is cleared where nothing asks', {}, 'Cleared DeploymentCleared'],
    [
      'is asked about in production',
      asAt({ environment: 'production' }),
      'AwaitingApproval ApprovalRequired',
    ],
    [
      'is cleared by an approval',
      { ...asAt({ environment: 'production' }), ...APPROVED },
      'Cleared ApprovalGiven',
    ],
    ['is blocked in a freeze', { policies: policies({}, FRIDAY) }, 'Blocked POLICY'],
    [
      'is blocked in a freeze although it was approved',
      { policies: policies({}, FRIDAY), ...APPROVED },
      'Blocked POLICY',
    ],
    [
      'is blocked when its budget is not known',
      { policies: policies({ budget: undefined }) },
      'Blocked POLICY',
    ],
    [
      'is blocked by the kill switch, approved or not',
      { killSwitch: true, ...APPROVED },
      'Blocked KILL_SWITCH',
    ],
    [
      'is blocked at a critical risk, approved or not',
      { ...asAt({ band: 'critical', score: '0.95' }), ...APPROVED },
      'Blocked RISK',
    ],
    ['is blocked when its revision was condemned', { condemned: true }, 'Blocked REVISION_CONDEMNED'],
    [
      'is asked about when a condemned one is tried again',
      { condemned: true, retry: true },
      'AwaitingApproval ApprovalRequired',
    ],
    ['is not asked about when another one is tried again', { retry: true }, 'Cleared DeploymentCleared'],
    ['is observed at a level that does not act', asAt({ level: 'observe' }), 'Observed clear'],
    [
      'is observed, and would have asked',
      { ...asAt({ level: 'shadow' }), condemned: true, retry: true },
      'Observed ask',
    ],
  ])('%s', (_what, change, then) => {
    const outcome = decideDeployment.decide({ ...BASE, ...change });
    const why = 'reason' in outcome ? outcome.reason : outcome.event;
    expect(`${outcome.to} ${'would' in outcome ? outcome.would : why}`).toBe(then);
  });

  test('is never cleared at a level that does not act, under the kill switch, or at a critical risk', () => {
    const inputs = fc.record({
      level: fc.constantFrom(...DEPLOY_LEVELS),
      band: fc.constantFrom(...RISK_BANDS),
      environment: fc.constantFrom('staging', 'production'),
      killSwitch: fc.boolean(),
      approved: fc.boolean(),
    });
    fc.assert(
      fc.property(inputs, ({ killSwitch, approved, ...autonomy }) => {
        const { to } = decideDeployment.decide({
          ...{ ...BASE, killSwitch, autonomy: { ...autonomy, score: '0.2' } },
          ...(approved && APPROVED),
        });
        if (killSwitch || autonomy.band === 'critical') expect(to).toBe('Blocked');
        if (['observe', 'shadow', 'suggest'].includes(autonomy.level)) expect(to).not.toBe('Cleared');
        if (autonomy.environment !== 'staging' && !approved) expect(to).not.toBe('Cleared');
      }),
    );
  });
});
