import { rule } from '../../kernel/index.ts';
import type { Mode } from '../contract.ts';
import {
  type ChooseCandidateInputs,
  type ChooseCandidateOutcome,
  chooseCandidate,
} from './choose-candidate.ts';
import {
  type ConfirmDegradationInputs,
  type ConfirmDegradationOutcome,
  confirmDegradation,
} from './confirm-degradation.ts';

export type ResolveCandidateInputs = {
  readonly mode: Mode;
  readonly confirmation: ConfirmDegradationInputs;
  readonly search: ChooseCandidateInputs;
};
export type ResolveCandidateOutcome = {
  readonly confirmation: ConfirmDegradationOutcome;
  readonly choice: ChooseCandidateOutcome;
  readonly event: 'CandidateResolved' | 'NoCandidate';
  readonly to: 'CandidateResolved' | 'Observed' | 'AwaitingHumanReview';
};

/** A confirmed degradation and its candidate are one step; in mode observe it is the last one: nothing is touched. */
export const resolveCandidate = rule(
  'resolve-candidate',
  1,
  (inputs: ResolveCandidateInputs): ResolveCandidateOutcome => {
    const confirmation = confirmDegradation.decide(inputs.confirmation);
    const choice = chooseCandidate.decide(inputs.search);
    const event = choice.candidate === null ? 'NoCandidate' : 'CandidateResolved';
    if (inputs.mode === 'observe') return { confirmation, choice, event, to: 'Observed' };
    return {
      confirmation,
      choice,
      event,
      to: event === 'NoCandidate' ? 'AwaitingHumanReview' : 'CandidateResolved',
    };
  },
);
