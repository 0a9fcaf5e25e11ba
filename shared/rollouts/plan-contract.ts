import * as z from 'zod';
import { Stage } from './contract.ts';

export { Stage };

const PLAN_PRESETS = ['standard', 'intensive', 'prompt', 'blue-green', 'custom'] as const;

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

/** What a plan was made from, but for the settings of the judge, which stand beside it. */
export const PlanSource = z.object({
  risk: z.string(),
  preset: z.enum(['standard', 'intensive', 'prompt', 'blue-green']).nullable(),
  stages: z.array(Stage).nullable(),
  bakeSeconds: z.int().min(0),
  traffic: z
    .object({
      requestsPerMinute: z.number(),
      failureRate: z.number(),
      /** By ms of each certified threshold; absent where one of them was not counted, and in what an earlier release has opened. */
      slower: z.record(z.string(), z.number()).exactOptional(),
    })
    .nullable(),
  /** What could not be read or frozen, in words. */
  notes: z.array(z.string()),
});
export type PlanSource = z.infer<typeof PlanSource>;
