import { decimal, fromDecimal } from '../../kernel/index.ts';
import { assessRisk } from './assess-risk.ts';
import { BANDS, bandOf, type RiskBand } from './bands.ts';
import { type Editable, type Edited, RISKIER, SAFER } from './fact-edits.ts';
import type { AssessRiskInputs } from './risk-assessment.ts';

export type NearestChange = {
  /** The facts that would have to be otherwise: one, or two where no single one does it. */
  readonly facts: readonly string[];
  /** "without the migration", "60 h later and with all checks passed". */
  readonly text: string;
  readonly score: string;
  readonly band: RiskBand;
};

const BAND_ENDS: readonly number[] = BANDS.map(({ from }) => from);
const MOST = 5;

/**
 * The smallest changes of one fact, or else of two, that would have taken the score across a cut-off: downwards where
 * there is one below it, upwards from the lowest band. Smallest by how far the score moves, at most five. Nothing where
 * no one or two facts would have done it. `cutoffs` are the scores at which something else happens, such as the ends of
 * the bands or the ceiling of an autonomy level.
 */
export function nearestChanges(
  inputs: AssessRiskInputs,
  cutoffs: readonly number[] = BAND_ENDS,
): readonly NearestChange[] {
  const before = scoreOf(inputs);
  const reached = (score: number) => cutoffs.filter((cutoff) => cutoff > 0 && score >= cutoff).length;
  const wantsLess = reached(before) > 0;
  const edits = wantsLess ? SAFER : RISKIER;
  const alters = (score: number) =>
    wantsLess ? reached(score) < reached(before) : reached(score) > reached(before);
  const singles = edits.flatMap((edit) => firstThatAlters(edit, inputs, alters));
  if (singles.length > 0)
    return ranked(
      before,
      singles.map((each) => [each]),
    );
  return ranked(before, pairsThatAlter(edits, inputs, alters));
}

type Alters = (score: number) => boolean;

function firstThatAlters(edit: Editable, inputs: AssessRiskInputs, alters: Alters): readonly Edited[] {
  const count = edit.count(inputs);
  const does = (index: number) => alters(scoreOf(edit.at(inputs, index).inputs));
  if (!edit.ordered) {
    const index = Array.from({ length: count }, (_, each) => each).find(does);
    return index === undefined ? [] : [edit.at(inputs, index)];
  }
  if (count === 0 || !does(count - 1)) return [];
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (does(middle)) high = middle;
    else low = middle + 1;
  }
  return [edit.at(inputs, low)];
}

/** Two edits: the first of them whole, the second as small as it may then be. */
function pairsThatAlter(
  edits: readonly Editable[],
  inputs: AssessRiskInputs,
  alters: Alters,
): readonly (readonly Edited[])[] {
  return edits.flatMap((first, index) => {
    // Only what is or is not: "with no lines at all and ..." helps nobody.
    if (first.count(inputs) !== 1) return [];
    const whole = first.at(inputs, 0);
    return edits
      .slice(index + 1)
      .flatMap((second) => firstThatAlters(second, whole.inputs, alters))
      .map((second) => [whole, second]);
  });
}

function ranked(before: number, found: readonly (readonly Edited[])[]): readonly NearestChange[] {
  return found
    .flatMap((edits) => {
      const last = edits.at(-1);
      return last === undefined ? [] : [{ edits, score: scoreOf(last.inputs) }];
    })
    .toSorted((left, right) => Math.abs(left.score - before) - Math.abs(right.score - before))
    .slice(0, MOST)
    .map(({ edits, score }) => ({
      facts: edits.map(({ fact }) => fact),
      text: edits.map(({ text }) => text).join(' and '),
      score: decimal(score),
      band: bandOf(score),
    }));
}

function scoreOf(inputs: AssessRiskInputs): number {
  return fromDecimal(assessRisk.decide(inputs).score);
}
