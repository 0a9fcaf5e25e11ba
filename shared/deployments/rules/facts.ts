import * as z from 'zod';
import { DataClasses } from '../../policies/contract.ts';

const Count = z.int().min(0).max(100_000_000);

/** What the forge says about a change. A caller can add to it, never make it smaller. */
export const ChangeFacts = z.strictObject({
  /** Added and removed lines together. */
  lines: Count,
  files: Count,
  migration: z.boolean(),
  /** Cannot be undone by deploying the revision before it: a dropped column, a rewritten queue. */
  irreversible: z.boolean(),
  config: z.boolean(),
  /** Infrastructure as code. */
  infrastructure: z.boolean(),
  hotfix: z.boolean(),
  /** By the names that policies ask for: `Payment` would be a class that none of them knows, and pass. */
  dataClasses: DataClasses,
  author: z.string().min(1).max(200).exactOptional(),
  checks: z.enum(['success', 'failure', 'pending', 'none']),
  /** Titles of its commits. */
  text: z.string().max(20_000),
});
export type ChangeFacts = z.infer<typeof ChangeFacts>;

/**
 * How a past deployment ended: `rolled-back` and `failed` both count as a failure of the change. `failed` was found worse
 * than what was there before, and did not go back by itself.
 */
export const PAST_OUTCOMES = ['succeeded', 'rolled-back', 'failed'] as const;
export type PastOutcome = (typeof PAST_OUTCOMES)[number];

/** As much of a change as similarity and change classes are taken from. */
export const ChangeOutline = ChangeFacts.pick({
  lines: true,
  files: true,
  migration: true,
  config: true,
  hotfix: true,
  text: true,
});
export type ChangeOutline = z.infer<typeof ChangeOutline>;

export const PastDeployment = z.strictObject({
  id: z.string().min(1).max(200),
  service: z.string().min(1).max(200),
  environment: z.string().min(1).max(200),
  /** When it ended. */
  at: z.iso.datetime({ offset: true }),
  change: ChangeOutline,
  outcome: z.enum(PAST_OUTCOMES),
  /** The score it was given at the time. */
  score: z.string().max(32).exactOptional(),
});
export type PastDeployment = z.infer<typeof PastDeployment>;

/** A service one edge away in the graph of dependencies, either way. */
export type Neighbour = { readonly service: string; readonly relation: 'dependency' | 'dependent' };

/** 1 critical, 2 high, 3 medium, 4 low. */
export const TIERS = [1, 2, 3, 4] as const;
export type Tier = (typeof TIERS)[number];

const TIER_NAMES: Readonly<Record<string, Tier>> = { critical: 1, high: 2, medium: 3, low: 4 };

/** The tier that a registry entry means; what it does not know counts as critical. */
export function tierOf(tier: number | string): Tier {
  if (typeof tier === 'string') return TIER_NAMES[tier.toLowerCase()] ?? 1;
  return TIERS.find((each) => each === Math.min(4, tier)) ?? 1;
}
