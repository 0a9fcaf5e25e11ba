import * as z from 'zod';

const Counts = z.tuple([z.number(), z.number()]);

/** A rollout as the API answers it, as far as people are shown it. */
export const RolloutView = z.looseObject({
  id: z.string(),
  rev: z.int(),
  service: z.string(),
  environment: z.string(),
  revision: z.string(),
  state: z.looseObject({ kind: z.string(), reason: z.string().optional(), stage: z.int().optional() }),
  canary: z.string(),
  baseline: z.string(),
  weight: z.number(),
  plan: z.looseObject({ stages: z.array(z.looseObject({ weight: z.number() })) }),
  limits: z.looseObject({ logE: z.string(), logSafe: z.string() }).optional(),
  approval: z.string().optional(),
  deadlineAt: z.string().optional(),
  judgement: z
    .looseObject({
      at: z.string(),
      verdict: z.string(),
      logE: z.string(),
      logSafe: z.string(),
      alwaysValidP: z.string().optional(),
      needed: z
        .looseObject({ failures: z.string().nullable(), requests: z.string().nullable(), of: z.string() })
        .optional(),
      intervals: z.array(z.looseObject({ at: z.string(), canary: Counts, baseline: Counts })),
    })
    .optional(),
});
export type RolloutView = z.infer<typeof RolloutView>;

/** What both arms have served, and where the judge stands; undefined before an interval has closed. */
export type Standing = {
  readonly canary: ArmSum;
  readonly baseline: ArmSum;
  readonly verdict: string;
  readonly logE: number;
  readonly logSafe: number;
  /** From 0 to 1; undefined where the API does not say. */
  readonly p: number | undefined;
  /** What SAFE still asks for; undefined where the API does not say. */
  readonly needed: { readonly requests: string | null; readonly of: string } | undefined;
  /** What the two are compared with; undefined where the API does not say. */
  readonly limits: { readonly harm: number; readonly safe: number } | undefined;
};
export type ArmSum = {
  readonly requests: number;
  readonly failures: number;
  /** Of each interval, from 0 to 1. */
  readonly rates: readonly number[];
};

export function standingOf({ judgement, limits }: RolloutView): Standing | undefined {
  if (judgement === undefined || judgement.intervals.length === 0) return undefined;
  const { intervals, verdict, alwaysValidP } = judgement;
  return {
    canary: sumOf(intervals.map(({ canary }) => canary)),
    baseline: sumOf(intervals.map(({ baseline }) => baseline)),
    ...{ verdict, logE: Number(judgement.logE), logSafe: Number(judgement.logSafe) },
    p: alwaysValidP === undefined ? undefined : Number(alwaysValidP),
    needed: judgement.needed,
    limits: limits === undefined ? undefined : { harm: Number(limits.logE), safe: Number(limits.logSafe) },
  };
}

function sumOf(counts: readonly (readonly [number, number])[]): ArmSum {
  return {
    requests: counts.reduce((sum, [requests]) => sum + requests, 0),
    failures: counts.reduce((sum, [, failures]) => sum + failures, 0),
    rates: counts.map(([requests, failures]) => (requests === 0 ? 0 : failures / requests)),
  };
}

/** `AtStage`, or `Held(UNDECIDED)`. */
export function stateText({
  state,
}: {
  readonly state: { readonly kind: string; readonly reason?: string | undefined };
}): string {
  return state.reason === undefined ? state.kind : `${state.kind}(${state.reason})`;
}

export function percentText(share: number, digits = 2): string {
  return `${Number((share * 100).toFixed(digits))} %`;
}

/** A p from 0 to 1 in three digits. */
export function shortP(p: number): string {
  return p < 1e-6 ? 'below 0.000001' : String(Number(p.toPrecision(3)));
}
