import { rule } from '../../kernel/index.ts';
import {
  type AbortReason,
  type Mode,
  OPEN_STATES,
  type ReviewReason,
  type RollbackEvent,
} from '../contract.ts';

export type ExpireRollbackInputs = {
  readonly state: string;
  readonly mode: Mode;
  /** A person has approved, and the merge still waits for a reading. */
  readonly approved: boolean;
  /** Usable readings that say the service was not degraded. */
  readonly readingsAgainst: number;
  readonly synced: boolean;
  readonly deadlineAt: string;
  /** When the attempt became too old to go on; absent while it is not. Older decisions have none. */
  readonly staleAt?: string;
  readonly now: string;
};
export type ExpireRollbackOutcome =
  | { readonly event: RollbackEvent; readonly to: 'AwaitingHumanReview'; readonly reason: ReviewReason }
  | { readonly event: RollbackEvent; readonly to: 'Aborted'; readonly reason: AbortReason }
  | { readonly event: RollbackEvent; readonly to: 'SelfHealed' }
  | { readonly event: 'none' };

const review = (event: RollbackEvent, reason: ReviewReason) =>
  ({ event, to: 'AwaitingHumanReview', reason }) as const;

/** The end that the table states for a state whose deadline, or whose attempt's time, has passed. `none` when neither has, or in an end. */
export const expireRollback = rule(
  'expire-rollback',
  2,
  (inputs: ExpireRollbackInputs): ExpireRollbackOutcome => {
    if (isStale(inputs)) return { event: 'Stale', to: 'Aborted', reason: 'STALE_STATE' };
    if (Date.parse(inputs.now) < Date.parse(inputs.deadlineAt)) return { event: 'none' };
    switch (inputs.state) {
      case 'DegradationDetected':
        return inputs.readingsAgainst === 0
          ? review('ReadingsMissing', 'NO_READING')
          : { event: 'NotConfirmed', to: 'SelfHealed' };
      case 'CandidateResolved':
        return review('PullRequestFailed', 'PR_FAILED');
      case 'PullRequestOpen':
        return review('CiTimedOut', 'CI_TIMEOUT');
      case 'AwaitingMerge':
        return inputs.mode === 'approve' && !inputs.approved
          ? { event: 'ApprovalTimedOut', to: 'Aborted', reason: 'APPROVAL_TIMEOUT' }
          : review('MergeTimedOut', 'MERGE_TIMEOUT');
      case 'RollbackMerged':
        return inputs.synced
          ? review('StillDegraded', 'ROLLBACK_INEFFECTIVE')
          : review('NotSynced', 'NOT_SYNCED');
      case 'AwaitingHumanReview':
        return { event: 'ReviewTimedOut', to: 'Aborted', reason: 'REVIEW_TIMEOUT' };
      default:
        return { event: 'none' };
    }
  },
);

function isStale({ state, staleAt, now }: ExpireRollbackInputs): boolean {
  if (staleAt === undefined || Date.parse(now) < Date.parse(staleAt)) return false;
  return OPEN_STATES.some((open) => open === state);
}
