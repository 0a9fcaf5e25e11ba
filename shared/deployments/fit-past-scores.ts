import { fromDecimal } from '../kernel/index.ts';
import type { CalibrationMap } from './rules/calibration-map.ts';
import type { PastDeployment } from './rules/facts.ts';
import { fitIsotonic } from './rules/fit-calibration.ts';

/** Fewer outcomes bend a map more than they tell: at a tenth failing, 30 hold three failures. */
const LEAST_OUTCOMES = 30;
/** The map is recorded with the decision; between knots it is a straight line. */
const MOST_KNOTS = 40;

/**
 * What scores have meant so far: the map from score to probability of failure that past outcomes speak for. Undefined with
 * fewer than 30 of them, and where all ended alike: they say nothing of which score is the worse.
 */
export function fitPastScores(past: readonly PastDeployment[]): CalibrationMap | undefined {
  const pairs = past.flatMap(({ score, outcome }) =>
    score === undefined
      ? []
      : [{ score: fromDecimal(score), outcome: outcome === 'succeeded' ? (0 as const) : (1 as const) }],
  );
  const failures = pairs.filter(({ outcome }) => outcome === 1).length;
  if (pairs.length < LEAST_OUTCOMES || failures === 0 || failures === pairs.length) return undefined;
  const { kind, knots } = fitIsotonic(pairs);
  return { kind, knots: thinned(knots) };
}

/** Evenly by rank, both ends kept: what is left still never falls. */
function thinned(knots: CalibrationMap['knots']): CalibrationMap['knots'] {
  if (knots.length <= MOST_KNOTS) return knots;
  const step = (knots.length - 1) / (MOST_KNOTS - 1);
  return Array.from({ length: MOST_KNOTS }, (_, index) => knots[Math.round(index * step)]).flatMap(
    (knot) => knot ?? [],
  );
}
