import { rule } from '../../kernel/index.ts';
import type { Mode } from '../contract.ts';

/**
 * Steps that record what an outside system or a person did: the outcome is the fact itself, so that it can be
 * recomputed like every other. Each has its own rule name, so that a reader of the ledger sees what was recorded.
 */
export type PullRequestFact =
  | { readonly kind: 'opened'; readonly number: number; readonly headSha: string; readonly reused: boolean }
  | { readonly kind: 'failed'; readonly fault: string; readonly message: string };
export type PullRequestOutcome = { readonly verdict: 'opened' | 'review' | 'security' };

/** A pull request that could not be opened goes to a person; refused credentials are a matter of security. */
export const recordPullRequest = rule(
  'record-pull-request',
  1,
  (inputs: PullRequestFact & { readonly candidate: string }): PullRequestOutcome => {
    if (inputs.kind === 'opened') return { verdict: 'opened' };
    return { verdict: inputs.fault === 'PermissionDenied' ? 'security' : 'review' };
  },
);

export type ReviewFact = {
  readonly verdict: 'abort' | 'manual';
  readonly person: string;
  readonly reason: string;
};
export type ReviewOutcome = {
  readonly event: 'AbortRequested' | 'ManualTakeover';
  readonly reason: 'ABORTED_BY_PERSON' | 'MANUAL_TAKEOVER';
};

/** A person's word in a review ends the attempt as they said. */
export const recordReview = rule(
  'record-review',
  1,
  (inputs: ReviewFact): ReviewOutcome =>
    inputs.verdict === 'abort'
      ? { event: 'AbortRequested', reason: 'ABORTED_BY_PERSON' }
      : { event: 'ManualTakeover', reason: 'MANUAL_TAKEOVER' },
);

export type ReturnFact = {
  readonly approval: { readonly id: string; readonly person: string; readonly overrides: readonly string[] };
  readonly pullRequest: 'open' | 'closed' | 'merged' | 'unread';
  readonly afterMerge: boolean;
  readonly returns: number;
  readonly maxReturns: number;
};

/** An approval in a review leads back to the merge while the pull request is open, nothing is merged, and returns are left. */
export const returnFromReview = rule(
  'return-from-review',
  1,
  (inputs: ReturnFact): { readonly returns: boolean } => ({
    returns: inputs.pullRequest === 'open' && !inputs.afterMerge && inputs.returns < inputs.maxReturns,
  }),
);

/** A pull request that is neither merged nor in the merge queue any more was thrown out of it. */
export const queueRefusal = rule(
  'queue-refusal',
  1,
  ({ queued }: { readonly queuedAt: string; readonly queued: boolean }) => ({ refused: !queued }),
);

/** All invariants hold, and the repository has had its merges of the hour: the merge waits for the next. `until` is ISO. */
export const holdMerge = rule(
  'hold-merge',
  1,
  (inputs: { readonly repository: string; readonly max: number; readonly until: string }) => ({
    heldUntil: inputs.until,
  }),
);

/** The forge gave no answer to the merge: it is asked again. Times are ISO; `times` counts the tries of one stay. */
export const postponeMerge = rule(
  'postpone-merge',
  1,
  (inputs: {
    readonly fault: string;
    readonly message: string;
    readonly times: number;
    readonly at: string;
    readonly until: string;
  }) => ({ postponedUntil: inputs.until }),
);

/** Autonomy was lowered while a merge was awaited: the attempt goes no further than it says now. */
export const followAutonomy = rule(
  'follow-autonomy',
  1,
  (inputs: { readonly from: Mode; readonly to: Mode }) => ({ mode: inputs.to }),
);

/** Somebody pushed to the pull request that a person is asked about: no approval can lead to its merge any more. */
export const recordHeadMoved = rule(
  'record-head-moved',
  1,
  (inputs: { readonly asked: string; readonly present: string }) => ({
    moved: inputs.asked !== inputs.present,
  }),
);

/** Nobody has answered for an hour: whoever is on call is paged, once a question. Times are ISO. */
export const pagePerson = rule(
  'page-person',
  1,
  (inputs: { readonly state: string; readonly pageAt: string; readonly now: string }) => ({
    due: Date.parse(inputs.now) >= Date.parse(inputs.pageAt),
  }),
);

export type HandOverInputs = {
  readonly state: string;
  readonly failure: string;
  readonly afterMerge: boolean;
  /** What the failed task said: for whoever reads the decision, nothing is judged by it. Older decisions have none. */
  readonly message?: string;
};
export type HandOverOutcome = { readonly verdict: 'review' | 'security'; readonly failure: string };

/**
 * An error that the flow does not expect goes to a person, with its name. Credentials that an outside system refuses
 * are a matter of security before the merge; after it the health of the service still needs eyes.
 */
export const handOverRollback = rule(
  'hand-over-rollback',
  1,
  ({ failure, afterMerge }: HandOverInputs): HandOverOutcome => ({
    verdict: failure === 'PermissionDenied' && !afterMerge ? 'security' : 'review',
    failure,
  }),
);

/** A pull request that an ended attempt left open is closed after a week: nobody took it up. Times are ISO. */
export const closeStalePullRequest = rule(
  'close-stale-pull-request',
  1,
  (inputs: {
    readonly endedAt: string;
    readonly now: string;
    readonly staleSeconds: number;
    readonly pullRequest: string;
  }) => ({
    closes:
      inputs.pullRequest === 'open' &&
      (Date.parse(inputs.now) - Date.parse(inputs.endedAt)) / 1000 >= inputs.staleSeconds,
  }),
);

/** A merge of ours that took effect although the attempt had ended: both stand. */
export const recordLateMerge = rule(
  'record-late-merge',
  1,
  ({ sha }: { readonly state: string; readonly sha: string }) => ({ merged: sha }),
);

/** An admin releases the slot of an attempt that ended for security. */
export const resetRollback = rule(
  'reset-rollback',
  1,
  (inputs: { readonly state: string; readonly reason: string; readonly slotReleased: boolean }) => ({
    released: inputs.state === 'Aborted' && inputs.reason === 'SECURITY' && !inputs.slotReleased,
  }),
);

/** What a person asked and the state does not allow stays refused: a step from the state to itself. */
export const refuseEvent = rule(
  'refuse-event',
  1,
  ({ event }: { readonly state: string; readonly event: string }) => ({ refused: event }),
);
