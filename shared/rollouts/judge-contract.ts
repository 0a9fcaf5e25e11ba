import * as z from 'zod';

const Count = z.int().min(0);
const Share = z.number().gt(0).lt(0.9);
const Ms = z.number().gt(0);
/** The three of the baseline, and one for each SLO that a service can have. */
const MOST_THRESHOLDS = 24;
/** So that none of so many counts so little that what is left out as nothing beside the others would be something. */
const GREATEST_WEIGHT = 4;

/** What one arm served in one interval. `slower` counts requests slower than so many ms; failures and slow ones overlap. */
export const Arm = z
  .strictObject({
    requests: Count,
    failures: Count,
    slower: z.record(z.string().regex(/^\d+(\.\d+)?$/, 'must be a number of ms'), Count).default({}),
  })
  .superRefine(({ requests, failures, slower }, context) => {
    if (failures > requests)
      context.addIssue({
        code: 'custom',
        path: ['failures'],
        message: `${failures} are more than the ${requests} requests`,
      });
    for (const [ms, count] of Object.entries(slower)) {
      if (count > requests)
        context.addIssue({
          code: 'custom',
          path: ['slower', ms],
          message: `${count} are more than the ${requests} requests`,
        });
    }
  });
export type Arm = Readonly<z.infer<typeof Arm>>;

/** Text in the end: a number such as a minute may be given as one. */
const Time = z.preprocess(
  (given) => (typeof given === 'number' ? String(given) : given),
  z
    .string()
    .refine(
      (text) => /^-?\d+(\.\d+)?$/.test(text) || !Number.isNaN(Date.parse(text)),
      'must be an ISO 8601 time or a number',
    ),
);

/**
 * One interval of traffic: also the JSON of `holdfast judge`. An arm that nobody measured is absent, never 0.
 * With `end` and `watermark` the interval is open, and not counted, until the provider has data up to its end.
 */
export const Interval = z.strictObject({
  /** Start, ISO 8601; or a plain number such as a minute. Orders the intervals. */
  at: Time,
  /** Name under which the provider may send the interval again, revised. Default: the time that `at` says, however it is spelled. */
  id: z.string().min(1).exactOptional(),
  end: Time.exactOptional(),
  watermark: Time.exactOptional(),
  canary: Arm.exactOptional(),
  baseline: Arm.exactOptional(),
});
export type Interval = Readonly<z.infer<typeof Interval>>;

/** Of failures, and of requests slower than each threshold in ms: slowness comes in bursts of its own. */
const FanoByMetric = z.strictObject({
  errors: z.number().min(1),
  slower: z.record(z.string(), z.number().min(1)),
});

const Fields = z.strictObject({
  /** Chance that a change no worse than the baseline is ever rolled back, however often one looks. */
  alpha: z.number().gt(0).lt(0.5),
  /** The parts of alpha that the judge and the kill switch may use up. */
  judgeAlpha: z.number().gt(0).lt(0.5),
  killAlpha: z.number().min(0).lt(0.5),
  /** Chance that a change that fails rBad times as often as the baseline, or more, is ever called SAFE. */
  beta: z.number().gt(0).lt(0.5),
  /** A ratio of failure rates that would be harm; what SAFE rules out. */
  rBad: z.number().gt(0.5).max(100),
  /** A ratio of failure rates that is still no harm. */
  r0: z.number().min(1).max(10),
  /** Beyond so many compared requests a ratio up to this r0 is no harm either; null for never. */
  largeSample: z.strictObject({ above: Count, r0: z.number().min(1).max(10) }).nullable(),
  /** What is bad comes in bursts of about so many; 'estimate' reads it from the baseline's intervals as they come. */
  fano: z.union(
    [z.number().min(1), z.literal('estimate'), FanoByMetric],
    'must be a number from 1 on, "estimate", or an object of both `errors` (one) and `slower` (one by ms of each threshold)',
  ),
  /**
   * With 'estimate': intervals of a baseline before which the judge does not roll back, since bursts were not to be seen before.
   * Settings of before lack it: none. The kill switch does not wait.
   */
  estimateAfter: Count.exactOptional(),
  /**
   * Of these metrics (failures, and slowness at so many ms) nobody knows whether they come in bursts: the judge condemns for one
   * of them once what is bad came to the canary in so many compared intervals, since one burst is no evidence. The kill switch
   * does not wait. Settings of before lack it: none.
   */
  spread: z
    .strictObject({ intervals: z.int().min(2).max(10), errors: z.boolean(), slower: z.array(Ms) })
    .exactOptional(),
  /** Least difference of the shares, canary minus baseline, that is worth a rollback; null for any. */
  floor: z.number().gt(0).lt(1).nullable(),
  /** Shares that the canary alone must not exceed; null without a kill switch. `slowerThan` in ms. */
  killSwitch: z
    .strictObject({
      errorRate: Share,
      slowerThan: Ms.nullable(),
      slowShare: Share,
      /** Beside a baseline the canary must be the worse of the two as well. Settings of before lack it: no. */
      besideBaseline: z.boolean().exactOptional(),
    })
    .nullable(),
  latency: z.strictObject({
    /** ms, frozen before the start: the SLO's bound and the baseline's p75, p90 and p99, at edges of the histogram. */
    thresholds: z.array(Ms).max(MOST_THRESHOLDS),
    /** Those of them that SAFE must rule out too. */
    certify: z.array(Ms).max(MOST_THRESHOLDS),
    /** By ms: how much each of them counts beside the others, where the evidence is averaged. Without: all alike. */
    weights: z.record(z.string(), z.number().min(1).max(GREATEST_WEIGHT)).exactOptional(),
  }),
});

/** What the judge promises and looks at. Frozen before the first stage: nothing in it may be read from the canary. */
export const JudgeSettings = Fields.superRefine((settings, context) => {
  const say = (path: readonly string[], message: string) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  // 1e-12: 0.008 + 0.002 may not come out as 0.01 to the last bit
  if (settings.judgeAlpha + settings.killAlpha > settings.alpha + 1e-12)
    say(['judgeAlpha'], 'and killAlpha are together more than alpha');
  if (settings.killSwitch !== null && settings.killAlpha === 0)
    say(['killAlpha'], 'must be above 0 for a kill switch that is on');
  if (settings.rBad <= settings.r0) say(['rBad'], `must be above r0, which is ${settings.r0}`);
  const unknown = settings.latency.certify.find((ms) => !settings.latency.thresholds.includes(ms));
  if (unknown !== undefined) say(['latency', 'certify'], `names ${unknown}, which is no threshold`);
  checkWeights(settings.latency, say);
  const unjudged = settings.spread?.slower.find((ms) => !settings.latency.thresholds.includes(ms));
  if (unjudged !== undefined) say(['spread', 'slower'], `names ${unjudged}, which is no threshold`);
  const { fano } = settings;
  const unread = typeof fano === 'object' && slowOf(settings).find((ms) => fano.slower[ms] === undefined);
  if (typeof unread === 'number') say(['fano', 'slower'], `does not name ${unread}, which is a threshold`);
});
export type JudgeSettings = Readonly<z.infer<typeof JudgeSettings>>;

/** Weights name every threshold, and nothing else. */
function checkWeights(
  { thresholds, weights }: z.infer<typeof Fields>['latency'],
  say: (path: readonly string[], message: string) => void,
): void {
  if (weights === undefined) return;
  const known = thresholds.map(String);
  const missing = known.find((ms) => !Object.hasOwn(weights, ms));
  if (missing !== undefined) say(['latency', 'weights'], `does not name ${missing}, which is a threshold`);
  const unknown = Object.keys(weights).find((ms) => !known.includes(ms));
  if (unknown !== undefined) say(['latency', 'weights'], `names ${unknown}, which is no threshold`);
}

/** ms of every threshold at which slow requests are counted, each once: the judge's, and the kill switch's. */
export function slowOf({ latency, killSwitch }: Pick<JudgeSettings, 'latency' | 'killSwitch'>) {
  const slow = killSwitch?.slowerThan ?? null;
  return [...new Set([...latency.thresholds, ...(slow === null ? [] : [slow])])];
}

/**
 * What an SLO of the service bounds of the canary alone: the share that fails, or that is slower than so many ms. Null is no
 * bound.
 */
export const SloGuard = z.object({
  name: z.string(),
  errorRate: z.number().nullable(),
  slowerThan: Ms.nullable(),
  slowShare: z.number().nullable(),
});
export type SloGuard = Readonly<z.infer<typeof SloGuard>>;

const { killSwitch, latency, ...plain } = Fields.shape;
/** Settings as a caller gives them: what is missing has the value of the specification (`judgeSettings` fills it in). */
export const GivenSettings = z
  .strictObject({
    ...plain,
    killSwitch: killSwitch.unwrap().partial().nullable(),
    latency: latency.partial({ certify: true }).nullable(),
  })
  .partial();
export type GivenSettings = Readonly<z.infer<typeof GivenSettings>>;
