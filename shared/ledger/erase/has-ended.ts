import type { APPROVAL_STATES } from '../../approvals/contract.ts';
import { END_STATES as DEPLOYMENT_ENDS } from '../../deployments/contract.ts';
import type { SubjectKind } from '../../kernel/index.ts';
import { END_STATES as ROLLBACK_ENDS } from '../../rollbacks/contract.ts';
import { END_STATES as ROLLOUT_ENDS } from '../../rollouts/contract.ts';

const APPROVAL_ENDS = [
  'Rejected',
  'Expired',
  'Withdrawn',
  'Used',
  'Spent',
] as const satisfies readonly (typeof APPROVAL_STATES)[number][];

/** The states in which a subject stays for ever. What has none of them (a service, the policies in force) never ends. */
const ENDS = {
  deployment: DEPLOYMENT_ENDS,
  rollout: ROLLOUT_ENDS,
  rollback: ROLLBACK_ENDS,
  approval: APPROVAL_ENDS,
} as const satisfies Partial<Readonly<Record<SubjectKind, readonly string[]>>>;

/** The kinds whose payloads may ever be removed: the ledger's own kinds are none of them. */
export const ENDING_KINDS = Object.keys(ENDS) as readonly (keyof typeof ENDS)[];

export function isEndingKind(kind: string): kind is keyof typeof ENDS {
  return Object.hasOwn(ENDS, kind);
}

/** Whether nothing will be decided about a subject any more that its recorded decisions are needed for. */
export function hasEnded(kind: string, state: { readonly kind: string }): boolean {
  return isEndingKind(kind) && (ENDS[kind] as readonly string[]).includes(state.kind);
}
