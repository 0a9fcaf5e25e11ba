import { rule } from '../../kernel/index.ts';
import { type CheckInvariantsInputs, checkInvariants, type InvariantResult } from './check-invariants.ts';

export type MergeInputs = {
  readonly evaluation: CheckInvariantsInputs;
  /** The forge's own answer to the merge call. */
  readonly result:
    | { readonly kind: 'merged'; readonly sha: string }
    | { readonly kind: 'queued' }
    | { readonly kind: 'head-moved' }
    | { readonly kind: 'refused'; readonly message: string }
    | { readonly kind: 'denied'; readonly message?: string };
};
export type MergeOutcome = {
  readonly verdict: 'merged' | 'queued' | 'review' | 'security';
  /** Whether a person's approval stands behind it. */
  readonly approved: boolean;
  readonly invariants: readonly InvariantResult[];
};

const VERDICTS = {
  merged: 'merged',
  queued: 'queued',
  'head-moved': 'review',
  refused: 'review',
  denied: 'security',
} as const;

/** The eight invariants as judged, and the forge's word: it is the judge of I8; anything but a merge goes to a person. */
export const mergeRollback = rule(
  'merge-rollback',
  3,
  ({ evaluation, result }: MergeInputs): MergeOutcome => {
    const invariants = checkInvariants.decide(evaluation).results;
    return { verdict: VERDICTS[result.kind], approved: evaluation.approval !== null, invariants };
  },
);
