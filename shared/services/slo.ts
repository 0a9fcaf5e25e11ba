import * as z from 'zod';

/** What a request counts as: it answers without an error, or within so many milliseconds. */
const SloIndicator = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('availability') }),
    z.strictObject({ kind: z.literal('latency'), ms: z.int().min(1).max(900_000) }),
  ],
  { error: 'must be "availability" or "latency"' },
);

/** What a service promises: the fraction of good requests over a sliding window. */
export const Slo = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes'),
  /** Fraction of good requests, above 0 and below 1: nobody can keep a promise of 1. */
  objective: z.number().gt(0).lt(1),
  window_days: z.int().min(1).max(90),
  indicator: SloIndicator,
});
export type Slo = z.infer<typeof Slo>;
