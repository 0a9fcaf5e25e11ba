import * as z from 'zod';
import { type Fault, failureText } from '../kernel/index.ts';
import type { Interval } from './judge-contract.ts';
import { stageGapsText } from './rules/gaps.ts';

/** Why there is nothing to compare; redacted, since people read it. */
export const Missing = z.object({
  /** What the provider's refusal or silence was called, and what it said. */
  fault: z.string().optional(),
  /** So many intervals came with counts that are none: NaN, or more failures than requests. */
  malformed: z.int().min(1).optional(),
  /** Which version nothing was counted of since there was something to compare. */
  silent: z.enum(['canary', 'baseline', 'both']).optional(),
  /** Something was compared, but more than half of the intervals was not, since an arm of them was not measured. */
  gaps: z.object({ since: z.string(), intervals: z.int(), absent: z.int() }).optional(),
});
export type Missing = z.infer<typeof Missing>;

/** What an adapter threw, as a person may read it. */
export function missedBy({ name, message }: Fault): Missing {
  const said = failureText(message);
  return { fault: said === null ? name : `${name}: ${said}` };
}

/** What was read, and what it lacks since `since` (epoch ms): a version that answered nothing, in none of the intervals. */
export function missingIn(
  { intervals, missing = {} }: { readonly intervals: readonly Interval[]; readonly missing?: Missing },
  since: number,
): Missing {
  if (missing.fault !== undefined) return missing;
  const later = intervals.filter(({ at }) => Date.parse(at) >= since);
  const counted = (arm: 'canary' | 'baseline') => later.some((each) => (each[arm]?.requests ?? 0) > 0);
  const [canary, baseline] = [counted('canary'), counted('baseline')];
  if (canary && baseline) return missing;
  if (canary || baseline) return { ...missing, silent: canary ? 'baseline' : 'canary' };
  return { ...missing, silent: 'both' };
}

const SILENT = {
  canary: 'nothing is counted of the canary',
  baseline: 'nothing is counted of the version before',
  both: 'nothing is counted of either version',
} as const;

/** In plain words; empty where nothing is known of it. */
export function missingText({ fault, malformed, silent, gaps }: Missing = {}): string {
  return [
    ...(fault === undefined ? [] : [`the metrics cannot be read, ${fault}`]),
    ...(malformed === undefined
      ? []
      : [`${malformed} interval(s) came with what is no count, and are left out`]),
    ...(silent === undefined ? [] : [SILENT[silent]]),
    ...(gaps === undefined ? [] : [stageGapsText(gaps)]),
  ].join('; ');
}
