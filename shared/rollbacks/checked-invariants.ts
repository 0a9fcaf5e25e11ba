import * as z from 'zod';
import type { CheckInvariantsInputs } from './rules/check-invariants.ts';

const Reading = z.object({
  health: z.string(),
  sync: z.string(),
  revision: z.string().optional(),
  desired: z.number().optional(),
  available: z.number().optional(),
  observedAt: z.string(),
});

/** The inputs of an invariant check as they travel through the workflow: parsed again before anything is merged on them. */
export const CheckedInvariants: z.ZodType<CheckInvariantsInputs> = z.object({
  environment: z.string(),
  mode: z.enum(['observe', 'suggest', 'approve', 'auto']),
  reading: Reading.nullable(),
  readings: z.array(Reading),
  candidate: z.object({ revision: z.string(), uptime: z.string().optional() }),
  ci: z.object({ state: z.enum(['success', 'failure', 'pending', 'none']) }).nullable(),
  pullRequest: z
    .object({
      number: z.int(),
      state: z.string(),
      headSha: z.string(),
      expectedHeadSha: z.string(),
      changedFiles: z.array(z.string()),
    })
    .nullable(),
  conflicts: z.object({ sameTarget: z.array(z.int()), sameFile: z.array(z.int()) }).nullable(),
  protection: z
    .object({
      requiredApprovals: z.int(),
      // an execution of the release before may still hand over an evaluation without these
      approvals: z.int().default(0),
      mergeQueue: z.boolean(),
      missingChecks: z.array(z.string()),
      alsoRequires: z.array(z.string()).default([]),
    })
    .nullable(),
  approval: z
    .object({ id: z.string(), person: z.string(), overrides: z.array(z.string()), headSha: z.string() })
    .nullable()
    .default(null),
  now: z.string(),
  limits: z.object({
    checks: z.number(),
    spanSeconds: z.number(),
    gapSeconds: z.number(),
    freshSeconds: z.number(),
    stableUptime: z.string(),
    maxFiles: z.number(),
  }),
});
