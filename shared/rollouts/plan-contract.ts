import * as z from 'zod';

/** One step up: the canary's share, and how much must be seen of it before the next. */
export const Stage = z.strictObject({
  /** Fraction of the requests, above 0 to 1. */
  weight: z.number().gt(0).max(1),
  /** Seconds: time AND requests must both be there; past the longest time a person is asked. */
  minSeconds: z.int().min(0).max(604_800),
  maxSeconds: z.int().min(0).max(604_800),
  /** Of the canary, in this stage. */
  minRequests: z.int().min(0).max(1_000_000_000),
});
export type Stage = z.infer<typeof Stage>;

export const PLAN_PRESETS = ['standard', 'intensive', 'prompt', 'blue-green', 'custom'] as const;

/** What a rollout does, pinned before its start: nothing in it changes while it runs. */
export const Plan = z.strictObject({
  preset: z.enum(PLAN_PRESETS),
  /** Weights grow, and the last is 1. */
  stages: z.array(Stage).min(1).max(20),
  /** Of one judged interval. */
  intervalSeconds: z.int().min(60).max(86_400),
  bakeSeconds: z.int().min(0).max(604_800),
  /** SHA-256 of the JCS of all the other fields. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Plan = z.infer<typeof Plan>;
