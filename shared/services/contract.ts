import * as z from 'zod';
import { DataClasses } from '../policies/contract.ts';
import { TIMINGS } from '../rollbacks/contract.ts';
import { Stage } from '../rollouts/contract.ts';
import { SIGNAL_SOURCES } from '../signals/contract.ts';
import { AUTONOMY_LEVELS, DEPLOY_LEVELS } from './autonomy-levels.ts';
import { BranchName, ManifestPath, ManifestPointer } from './manifest-place.ts';
import { Slo } from './slo.ts';

export * from './autonomy-levels.ts';
export * from './slo.ts';

export const SERVICE_EVENTS = ['ServiceRegistered', 'ServiceChanged'] as const;
/** A service that is known is registered; nothing else is kept about it. */
export const SERVICE_STATES = ['Registered'] as const;
export const SERVICE_METRICS = { malformed: 'registry_entries_malformed_total' } as const;

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

const ArgocdEnvironment = z.strictObject({
  platform: z.literal('argocd'),
  /** The application's name in Argo CD. */
  application: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,252}$/, 'must be the name of an application'),
  manifest: Manifest,
  /** A rollback is merged here only once a signed checkpoint of the ledger covers the decision that allows it. Default false. */
  awaitCheckpoint: z.boolean().exactOptional(),
});
export type ArgocdEnvironment = z.infer<typeof ArgocdEnvironment>;

/** Revisions are published versions; an alias sends the traffic to one of them, or to two by weight. */
const LambdaEnvironment = z.strictObject({
  platform: z.literal('lambda'),
  function: z.string().regex(/^[\w-]{1,64}$/, 'must be the name of a function, without version or alias'),
  // A name of digits only is a version, and versions take no weights.
  alias: z.string().regex(/^(?!\d+$)[\w-]{1,128}$/, 'must be the name of an alias; a version number is none'),
});
export type LambdaEnvironment = z.infer<typeof LambdaEnvironment>;

const ServiceEnvironment = z.discriminatedUnion('platform', [ArgocdEnvironment, LambdaEnvironment], {
  error: 'must be "argocd" or "lambda"',
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

/** How changes of a service are rolled out, where it is not as the risk says. */
const RolloutSetting = z.strictObject({
  /** Stages of its own: weights grow, and the last is 1. */
  stages: z
    .array(Stage)
    .min(1)
    .max(20)
    .refine(grow, 'must have weights that grow, the last of them 1')
    .superRefine(canBePassed)
    .exactOptional(),
  /** A canary that fails so many times as often is bad: what SAFE must rule out. Default 1.5; more is sooner certified. */
  rBad: z.number().min(1.1).max(10).exactOptional(),
  /**
   * What is bad comes in bursts of about so many, as the team knows it; 1: each by itself. It is taken where the time before a
   * rollout is too short to read it. Default: it is read as the rollout goes, and the judge waits for that.
   */
  burstFactor: z.number().min(1).max(1000).exactOptional(),
  /** After a promotion nothing runs beside it: going back by itself then has a rate that is not under alpha. */
  bake: z.enum(['page', 'hold', 'rollback']).default('page'),
  bakeSeconds: z.int().min(0).max(604_800).default(600),
});

/** A service as its team writes it: the whole entry of the registry. */
export const ServiceDocument = z.strictObject({
  /** 1 to 4 or critical, high, medium, low weigh in a risk; any other number or name says nothing there. */
  tier: z.union([z.int().min(0).max(5), Text], 'must be a number from 0 to 5 or a name'),
  owners: z.array(Text).min(1).max(50),
  /** Its commits are the candidates of a rollback. */
  repository: Repository,
  environments: z
    .record(EnvironmentName, ServiceEnvironment)
    .refine((environments) => Object.keys(environments).length > 0, 'must have at least one environment'),
  selectors: z.array(Selector).max(100).default([]),
  slos: z
    .array(Slo)
    .max(20)
    .refine(
      (slos) => new Set(slos.map(({ name }) => name)).size === slos.length,
      'must have names of their own',
    )
    .default([]),
  dependencies: z.array(ServiceName).max(100).default([]),
  /**
   * Classes of data that every change of it counts as touching: whoever asks for a deployment can add to them and not
   * take one away. Without it only what the caller says counts.
   */
  dataClasses: DataClasses.exactOptional(),
  /** IANA time zone in which its people live: when a change is made counts in its risk. Default UTC. */
  zone: z.string().refine(isZone, 'must be an IANA time zone such as Europe/Berlin').exactOptional(),
  rollouts: RolloutSetting.exactOptional(),
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

const AutonomyPlace = z.strictObject({ service: ServiceName, environment: EnvironmentName });
export const RollbackSetting = AutonomyPlace.extend({
  action: z.literal('rollback'),
  level: z.enum(AUTONOMY_LEVELS),
});
export const DeploySetting = AutonomyPlace.extend({
  action: z.literal('deploy'),
  level: z.enum(DEPLOY_LEVELS),
});
export const AutonomySetting = z.discriminatedUnion('action', [RollbackSetting, DeploySetting], {
  error: 'must be "rollback" or "deploy"',
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

function grow(stages: readonly { readonly weight: number }[]): boolean {
  const rising = stages.every(({ weight }, index) => weight > (stages[index - 1]?.weight ?? 0));
  return rising && stages.at(-1)?.weight === 1;
}

/** A share that a rollout can still be given and measured at. */
const LEAST_WEIGHT = 0.0001;

/** A stage that nothing can pass would hold every change of the service, once it is under way. */
function canBePassed(stages: readonly Stage[], context: z.RefinementCtx): void {
  stages.forEach(({ weight, minSeconds, maxSeconds }, index) => {
    const refuse = (field: keyof Stage, message: string) =>
      context.addIssue({ code: 'custom', path: [index, field], message });
    if (weight < LEAST_WEIGHT) refuse('weight', `must be at least ${LEAST_WEIGHT}`);
    if (maxSeconds < minSeconds) refuse('maxSeconds', `must not be less than minSeconds, ${minSeconds}`);
    else if (weight < 1 && maxSeconds === 0)
      refuse('maxSeconds', 'must be more than 0: nothing is measured in a stage without time');
  });
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
