import type { BlockReason } from '../contract.ts';
import type { DecideDeploymentOutcome } from './decide-deployment.ts';

const BLOCKED: Readonly<Partial<Record<BlockReason, string>>> = {
  KILL_SWITCH: 'by the kill switch',
  REVISION_CONDEMNED: 'because the judge condemned its revision before',
  RISK: 'for its risk',
};
/** In the order in which they are asked: whoever is blocked by a later one got past the ones before. */
const ORDER: readonly BlockReason[] = ['KILL_SWITCH', 'POLICY', 'REVISION_CONDEMNED', 'RISK'];

/** What was decided about a deployment, to be said after "it was" or "it would have been". */
export function fateOf(outcome: DecideDeploymentOutcome): string {
  switch (outcome.to) {
    case 'Blocked':
      return `blocked ${BLOCKED[outcome.reason] ?? `by ${outcome.policies.blockedBy.join(' and ')}`}`;
    case 'Observed':
      return outcome.would === 'ask'
        ? 'recorded only, as one that a person would be asked about'
        : 'recorded only, as one that would be rolled out';
    case 'AwaitingApproval':
      return 'put to a person for approval';
    case 'Cleared':
      return 'cleared';
  }
}

/** How far a change came, from 0; two that came as far ended alike. */
export function reachOf(outcome: DecideDeploymentOutcome): number {
  switch (outcome.to) {
    case 'Blocked':
      return ORDER.indexOf(outcome.reason);
    case 'Observed':
      return ORDER.length + (outcome.would === 'clear' ? 1 : 0);
    case 'AwaitingApproval':
      return ORDER.length + 2;
    case 'Cleared':
      return ORDER.length + 3;
  }
}
