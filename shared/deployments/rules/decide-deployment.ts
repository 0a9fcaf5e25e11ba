import { rule } from '../../kernel/index.ts';
import {
  type AllowedAction,
  type AllowedAutonomyInputs,
  type AllowedAutonomyOutcome,
  allowedAutonomy,
  type EvaluatePoliciesInputs,
  type EvaluatePoliciesOutcome,
  evaluatePolicies,
} from '../../policies/index.ts';
import type { BlockReason } from '../contract.ts';

export type DecideDeploymentInputs = {
  readonly policies: EvaluatePoliciesInputs;
  readonly autonomy: AllowedAutonomyInputs;
  readonly killSwitch: boolean;
  /** The judge condemned this revision in this service before. */
  readonly condemned: boolean;
  /** A person tries it again: of a condemned revision only an approver may, and another one must approve it. */
  readonly retry: boolean;
  /** The approval that was given, once one was. */
  readonly approval: { readonly id: string; readonly person: string } | null;
};
type Led =
  | { readonly to: 'Blocked'; readonly event: 'DeploymentBlocked'; readonly reason: BlockReason }
  | { readonly to: 'Observed'; readonly event: 'DeploymentObserved'; readonly would: 'clear' | 'ask' }
  | { readonly to: 'AwaitingApproval'; readonly event: 'ApprovalRequired' }
  | { readonly to: 'Cleared'; readonly event: 'DeploymentCleared' | 'ApprovalGiven' };
export type DecideDeploymentOutcome = Led & {
  readonly policies: EvaluatePoliciesOutcome;
  readonly autonomy: AllowedAutonomyOutcome;
};

/**
 * What becomes of a deployment that has been weighed. What forbids goes before everything; an approval satisfies whoever
 * asks for one and lifts no block; a level that does not act records what it would have done.
 */
export const decideDeployment = rule(
  'decide-deployment',
  1,
  (inputs: DecideDeploymentInputs): DecideDeploymentOutcome => {
    const policies = evaluatePolicies.decide(inputs.policies);
    const autonomy = allowedAutonomy.decide(inputs.autonomy);
    return { ...leads(inputs, policies, autonomy.action), policies, autonomy };
  },
);

/** What `leads` looks at beside policies and autonomy. */
type Looked = Pick<DecideDeploymentInputs, 'killSwitch' | 'condemned' | 'retry' | 'approval'> & {
  readonly autonomy: Pick<AllowedAutonomyInputs, 'band'>;
};
type Said = Pick<EvaluatePoliciesOutcome, 'verdict' | 'requiresApproval'>;

/** Where it leads, from what policies and autonomy come to: all of the rule that is not written for people. */
export function leads(inputs: Looked, policies: Said, action: AllowedAction): Led {
  const block = blockOf(inputs, policies);
  if (block !== null) return { to: 'Blocked', event: 'DeploymentBlocked', reason: block };
  const asks = policies.requiresApproval || action === 'approve' || inputs.condemned;
  if (action === 'observe' || action === 'suggest')
    return { to: 'Observed', event: 'DeploymentObserved', would: asks ? 'ask' : 'clear' };
  if (inputs.approval !== null) return { to: 'Cleared', event: 'ApprovalGiven' };
  return asks
    ? { to: 'AwaitingApproval', event: 'ApprovalRequired' }
    : { to: 'Cleared', event: 'DeploymentCleared' };
}

function blockOf(inputs: Looked, policies: Said): BlockReason | null {
  if (inputs.killSwitch) return 'KILL_SWITCH';
  if (policies.verdict === 'block') return 'POLICY';
  if (inputs.condemned && !inputs.retry) return 'REVISION_CONDEMNED';
  return inputs.autonomy.band === 'critical' ? 'RISK' : null;
}
