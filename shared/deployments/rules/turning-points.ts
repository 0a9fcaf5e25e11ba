import { fromDecimal } from '../../kernel/index.ts';
import type { PolicySet } from '../../policies/index.ts';
import { assessRisk } from './assess-risk.ts';
import { BANDS } from './bands.ts';
import type { Editable } from './fact-edits.ts';
import type { AssessRiskInputs } from './risk-assessment.ts';

/** Up to so many values each one is tried. */
const FEW = 200;
/** Scores up to which a level of autonomy is automatic (shared/policies/rules/allowed-autonomy.ts). */
const CEILINGS = [0.3, 0.6, 0.8] as const;

/**
 * The values of an ordered edit of lines and files that need be tried, the least different first: all, or where they are
 * many those at which anything can turn. Policies compare lines, files and score with numbers of their own, so what comes
 * of them may turn and turn back; between two such numbers it cannot. A policy that compares two facts with each
 * other may turn elsewhere, and is then not found.
 */
export function turningPoints(edit: Editable, inputs: AssessRiskInputs, set: PolicySet): readonly number[] {
  const count = edit.count(inputs);
  if (count <= FEW) return Array.from({ length: count }, (_, index) => index);
  const numbers = numbersIn(set.policies.map(({ condition }) => condition));
  const scores = new Map<number, number>();
  const score = (index: number) => {
    const known = scores.get(index) ?? fromDecimal(assessRisk.decide(edit.at(inputs, index).inputs).score);
    scores.set(index, known);
    return known;
  };
  const found = [
    ...numbers.map((cut) => crossing(count, cut, (index) => edit.at(inputs, index).inputs.change.lines)),
    ...numbers.map((cut) => crossing(count, cut, (index) => edit.at(inputs, index).inputs.change.files)),
    ...scoreCuts(numbers).map((cut) => crossing(count, cut, score)),
  ];
  return [...new Set([0, ...found.flat(), count - 1])].sort((one, other) => one - other);
}

/** Cedar's decimals are whole ten-thousandths, rounded up: what is above one less counts as this one. */
function scoreCuts(numbers: readonly number[]): readonly number[] {
  const own = numbers.flatMap((each) => [(each - 1) / 10_000, each / 10_000]);
  const cuts = [...BANDS.map(({ from }) => from), ...CEILINGS, ...own];
  return [...new Set(cuts)].filter((cut) => cut >= 0 && cut <= 1);
}

/** The first indexes at which a measure that moves one way leaves a number, and at which it has passed it. */
function crossing(count: number, cut: number, measure: (index: number) => number): readonly number[] {
  const sides = [(value: number) => value >= cut, (value: number) => value > cut];
  return sides.flatMap((side) => {
    const at = (index: number) => side(measure(index));
    const before = at(0);
    if (at(count - 1) === before) return [];
    let low = 0;
    let high = count - 1;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (at(middle) === before) low = middle;
      else high = middle;
    }
    return [high];
  });
}

/** Every number in the conditions of policies, whatever it is compared with. */
function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.values(value).flatMap(numbersIn))];
}
