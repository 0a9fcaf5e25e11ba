/** Kept for the replay of decisions that it took. */
import { rule } from '../../kernel/index.ts';
import {
  type CheckInvariantsInputs,
  checkInvariantsV1,
  type InvariantResult,
} from './check-invariants.v1.ts';

type MergeInputs = {
  readonly evaluation: CheckInvariantsInputs;
  /** The forge's own answer to the merge call. */
  readonly result:
    | { readonly kind: 'merged'; readonly sha: string }
    | { readonly kind: 'head-moved' }
    | { readonly kind: 'refused'; readonly message: string }
    | { readonly kind: 'denied' };
};
type MergeOutcome = {
  readonly verdict: 'merged' | 'review' | 'security';
  readonly invariants: readonly InvariantResult[];
};

/** The eight invariants as judged, and the forge's word: it is the judge of I8; anything but a merge goes to a person. */
export const mergeRollbackV1 = rule('merge-rollback', 1, (inputs: MergeInputs): MergeOutcome => {
  const invariants = checkInvariantsV1.decide(inputs.evaluation).results;
  if (inputs.result.kind === 'merged') return { verdict: 'merged', invariants };
  return { verdict: inputs.result.kind === 'denied' ? 'security' : 'review', invariants };
});
