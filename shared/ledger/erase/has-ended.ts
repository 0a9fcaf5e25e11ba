import type { APPROVAL_STATES } from '../../approvals/contract.ts';
import { END_STATES as DEPLOYMENT_ENDS } from '../../deployments/contract.ts';
import { END_STATES as ROLLBACK_ENDS } from '../../rollbacks/contract.ts';
import { END_STATES as ROLLOUT_ENDS } from '../../rollouts/contract.ts';
import { ENDING_KINDS, type EndingKind } from '../contract.ts';

const APPROVAL_ENDS = [
  'Rejected',
  'Expired',
  'Withdrawn',
  'Used',
  'Spent',
] as const satisfies readonly (typeof APPROVAL_STATES)[number][];

/** The states in which a subject stays for ever. */
const ENDS: Readonly<Record<EndingKind, readonly string[]>> = {
  deployment: DEPLOYMENT_ENDS,
  rollout: ROLLOUT_ENDS,
  rollback: ROLLBACK_ENDS,
  approval: APPROVAL_ENDS,
};

export function isEndingKind(kind: string): kind is EndingKind {
  return (ENDING_KINDS as readonly string[]).includes(kind);
}

/** Whether nothing will be decided about a subject any more that its recorded decisions are needed for. */
export function hasEnded(kind: string, state: { readonly kind: string }): boolean {
  return isEndingKind(kind) && ENDS[kind].includes(state.kind);
}
