import * as z from 'zod';

const Share = z.number().min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1');
const Positive = z.number().positive('must be above 0');
const Count = z.int('must be a whole number').min(0, 'must not be negative');

/** A service as genops-v1 writes it; what v1 had a default for may be absent. */
const GenopsService = z.strictObject({
  id: z.string().exactOptional(),
  name: z.string().exactOptional(),
  tier: z.enum(['critical', 'high', 'medium', 'low']),
  dependencies: z.array(z.string()).default([]),
  owner_team: z.string().exactOptional(),
  error_budget_remaining: Share,
  recent_failure_rate: Share,
  avg_deployment_time_min: Positive.exactOptional(),
  last_incident_days_ago: z.number().min(0, 'must not be negative').exactOptional(),
  deployment_frequency_daily: z.number().min(0, 'must not be negative').exactOptional(),
  avg_latency_ms: Positive.exactOptional(),
  availability_99d: Share,
});
export type GenopsService = z.infer<typeof GenopsService>;

const GenopsContext = z.strictObject({
  change_size_lines: Count,
  files_changed: Count,
  has_db_migration: z.boolean(),
  has_config_change: z.boolean(),
  is_hotfix: z.boolean(),
  time_of_day_hour: z.int().min(0, 'must be from 0 to 23').max(23, 'must be from 0 to 23'),
  /** 0 Monday .. 6 Sunday. */
  day_of_week: z.int().min(0, 'must be from 0 (Monday) to 6').max(6, 'must be from 0 (Monday) to 6'),
  similar_past_failures: Count.default(0),
  similar_past_successes: Count.default(0),
  rag_confidence: Share.default(0),
});
export type GenopsContext = z.infer<typeof GenopsContext>;

const Weight = z.number().min(0, 'must not be negative');

/** Normalised to the sum 1, as v1 does; a sum of zero cannot be. */
const GenopsWeights = z
  .strictObject({
    service_tier: Weight,
    service_health: Weight,
    historical_failure: Weight,
    blast_radius: Weight,
    change_complexity: Weight,
    timing: Weight,
  })
  .refine((weights) => Object.values(weights).some((weight) => weight > 0), 'must not sum to 0');
export type GenopsWeights = z.infer<typeof GenopsWeights>;

/** The `input` of a risk case of the seed. Fields of its other cases (a stage to fail at, samples) are not read. */
export const GenopsCase = z.looseObject({
  service: GenopsService,
  context: GenopsContext,
  weights: z.union([z.literal('default'), GenopsWeights]).default('default'),
  autonomy: z.enum(['shadow', 'assisted', 'governed', 'learning']).default('governed'),
});
export type GenopsCase = z.infer<typeof GenopsCase>;
