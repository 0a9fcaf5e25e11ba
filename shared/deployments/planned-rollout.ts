import * as z from 'zod';
import { isFault, type Store } from '../kernel/index.ts';
import { judgeSettings, ladderText, makePlan } from '../rollouts/index.ts';
import { readService, type ServiceDocument } from '../services/index.ts';
import type { Deployment } from './deployment.ts';

/** What people are asked about beside the change: the rollout that a yes sets going. */
export const PlannedRollout = z.object({
  /** The digest of the plan. */
  plan: z.string(),
  /** The ladder that is climbed, and the one that whoever asked for the deployment chose: "none" where the risk chooses. */
  preset: z.string(),
  presetAskedFor: z.string(),
  /** The stages with their times (seconds) and least requests, as people read them. */
  stages: z.string(),
  /** What a degraded bake does, and how long it lasts in seconds. */
  bake: z.string(),
  bakeSeconds: z.number(),
  /** How many times as many failures SAFE must rule out. */
  rBad: z.number(),
  /** Of how many bursts are where they cannot be read; absent where nobody says. */
  burstFactor: z.number().exactOptional(),
});
export type PlannedRollout = z.infer<typeof PlannedRollout>;

const BAKE_SECONDS = 600;
type Settings = Pick<ServiceDocument, 'rollouts'>;
type Of = { readonly data: Pick<Deployment['data'], 'risk' | 'preset'> };

/** What the plan of a deployment is made from, by the registry as given. */
export function planChoiceOf({ data }: Of, { rollouts }: Settings) {
  return {
    risk: data.risk?.band ?? 'critical',
    ...{ preset: data.preset ?? null, stages: rollouts?.stages ?? null },
    bakeSeconds: rollouts?.bakeSeconds ?? BAKE_SECONDS,
  };
}

/** What a degraded bake does, by the registry as given. */
export function bakeChoiceOf({ rollouts }: Settings) {
  return rollouts?.bake ?? 'page';
}

/** The rollout that would run by the registry as given: made by the same function that makes its plan. */
export function plannedRollout(deployment: Of, document: Settings): PlannedRollout {
  const { digest, preset, stages, bakeSeconds } = makePlan(planChoiceOf(deployment, document));
  const { rBad: given, burstFactor } = document.rollouts ?? {};
  const { rBad } = judgeSettings(given === undefined ? {} : { rBad: given });
  return {
    ...{ plan: digest, preset, presetAskedFor: deployment.data.preset ?? 'none' },
    ...{ stages: ladderText(stages), bake: bakeChoiceOf(document), bakeSeconds, rBad },
    ...(burstFactor !== undefined && { burstFactor }),
  };
}

/** The rollout that would run now; undefined where the registry cannot be read, or has no such service any more. */
export async function plannedNow(
  deps: { readonly store: Store },
  deployment: Deployment,
): Promise<PlannedRollout | undefined> {
  try {
    return plannedRollout(deployment, await readService(deps, deployment.service));
  } catch (thrown) {
    if (isFault(thrown)) return undefined;
    throw thrown;
  }
}
