import * as z from 'zod';
import { TIMINGS } from '../rollbacks/contract.ts';
import { SIGNAL_SOURCES } from '../signals/contract.ts';
import { BranchName, ManifestPath, ManifestPointer } from './manifest-place.ts';

export const SERVICE_EVENTS = ['ServiceRegistered', 'ServiceChanged'] as const;
/** A service that is known is registered; nothing else is kept about it. */
export const SERVICE_STATES = ['Registered'] as const;
export const AUTONOMY_EVENTS = ['AutonomyChanged', 'KillSwitchOn', 'KillSwitchOff'] as const;

export const SERVICE_METRICS = { malformed: 'registry_entries_malformed_total' } as const;

/** How much Holdfast may do by itself, from least to most. */
export const AUTONOMY_LEVELS = ['observe', 'suggest', 'approve', 'auto'] as const;
export type AutonomyLevel = (typeof AUTONOMY_LEVELS)[number];
/** A new service starts here. */
export const FIRST_LEVEL: AutonomyLevel = 'observe';
/** What a level is set for. */
const ACTIONS = ['rollback'] as const;
export type Action = (typeof ACTIONS)[number];

/** Lower case, digits and dashes: a name stands in branch names, keys and metrics. */
export const ServiceName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be 1 to 63 lower-case letters, digits and dashes, a letter first');
const EnvironmentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be 1 to 31 lower-case letters, digits and dashes, a letter first');
const Repository = z
  .string()
  .regex(/^(?!\.{1,2}\/)[\w.-]{1,39}\/(?!\.{1,2}$)[\w.-]{1,100}$/, 'must read "owner/name"');
const Text = z.string().min(1).max(200);

const Manifest = z.strictObject({
  repository: Repository,
  branch: BranchName,
  path: ManifestPath,
  /** RFC 6901 pointer to the one scalar that names the deployed revision. */
  pointer: ManifestPointer,
});

const ServiceEnvironment = z.strictObject({
  platform: z.literal('argocd', 'must be "argocd"'),
  /** The application's name in Argo CD. */
  application: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,252}$/, 'must be the name of an application'),
  manifest: Manifest,
});

export const Selector = z.strictObject({
  source: z.enum(SIGNAL_SOURCES),
  environment: EnvironmentName,
  /** Every field must equal the signal's label of that name. */
  match: z
    .record(z.string().min(1).max(200), z.string().min(1).max(1000))
    .refine((match) => Object.keys(match).length > 0, 'must name at least one field'),
});
export type Selector = z.infer<typeof Selector>;

const timingNames = Object.keys(TIMINGS) as (keyof typeof TIMINGS)[];

/** A service as its team writes it: the whole entry of the registry. */
export const ServiceDocument = z.strictObject({
  tier: z.union([z.int().min(0).max(5), Text], 'must be a number from 0 to 5 or a name'),
  owners: z.array(Text).min(1).max(50),
  /** Its commits are the candidates of a rollback. */
  repository: Repository,
  environments: z
    .record(EnvironmentName, ServiceEnvironment)
    .refine((environments) => Object.keys(environments).length > 0, 'must have at least one environment'),
  selectors: z.array(Selector).max(100).default([]),
  /** Kept as written until rollouts judge by them. */
  slos: z.array(z.record(z.string(), z.json())).max(50).default([]),
  dependencies: z.array(ServiceName).max(100).default([]),
  /** Seconds; what is not named keeps its default. */
  timings: z
    .partialRecord(z.enum(timingNames), z.number().positive().max(604_800))
    .superRefine((timings, context) => {
      if (timings.healthCheckInterval === undefined) return;
      // One sweep reads every service: a slower or faster one of its own would be promised and not kept.
      const message = 'is one rhythm for all services and cannot be set for one';
      context.addIssue({ code: 'custom', path: ['healthCheckInterval'], message });
    })
    .exactOptional(),
});
export type ServiceDocument = z.infer<typeof ServiceDocument>;

export const AutonomySetting = z.strictObject({
  service: ServiceName,
  environment: EnvironmentName,
  action: z.enum(ACTIONS),
  level: z.enum(AUTONOMY_LEVELS),
});
export type AutonomySetting = z.infer<typeof AutonomySetting>;

export const KillSwitchSetting = z.strictObject({ on: z.boolean(), reason: z.string().min(1).max(1000) });
export type KillSwitchSetting = z.infer<typeof KillSwitchSetting>;

/** The switch as it stands; `by` and `at` are absent as long as nobody has touched it. */
export const KillSwitch = z.object({
  on: z.boolean(),
  reason: z.string().exactOptional(),
  by: z.string().exactOptional(),
  at: z.string().exactOptional(),
});
export type KillSwitch = z.infer<typeof KillSwitch>;
