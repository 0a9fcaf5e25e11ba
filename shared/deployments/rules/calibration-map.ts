import { Fault, fromDecimal } from '../../kernel/index.ts';

/**
 * From a score to a probability of failure, non-decreasing: straight lines between knots, flat outside them; one knot
 * at least. Numbers are decimal strings.
 */
export type CalibrationMap = {
  readonly kind: 'isotonic';
  readonly knots: readonly { readonly score: string; readonly probability: string }[];
};

/** The probability of failure that a map gives a score, in [0, 1]. */
export function calibrated(map: CalibrationMap, score: number): number {
  const next = map.knots.findIndex((knot) => score <= fromDecimal(knot.score));
  const to = map.knots.at(next);
  if (to === undefined) throw new Fault('InvalidInput', 'a calibration map needs at least one knot');
  const from = map.knots[next - 1];
  if (next <= 0 || from === undefined) return fromDecimal(to.probability);
  const start = fromDecimal(from.score);
  const share = (score - start) / (fromDecimal(to.score) - start);
  const low = fromDecimal(from.probability);
  return low + share * (fromDecimal(to.probability) - low);
}
