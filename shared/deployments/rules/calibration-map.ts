/**
 * From a score to a probability of failure, non-decreasing. Isotonic: straight lines between knots, flat outside
 * them. Logistic: 1 / (1 + exp(-(intercept + slope x score))) with a slope >= 0. Numbers are decimal strings.
 */
export type CalibrationMap =
  | {
      readonly kind: 'isotonic';
      readonly knots: readonly { readonly score: string; readonly probability: string }[];
    }
  | { readonly kind: 'logistic'; readonly intercept: string; readonly slope: string };
