import type { World } from '../world.ts';
import { atAlias } from './at-lambda.ts';
import { putCalendar } from './calendar.ts';
import { setAutonomy } from './prepare.ts';

type Behaviour = Parameters<World['sandbox']['lambda']['release']>[1];
type Stage = {
  readonly weight: number;
  readonly minSeconds: number;
  readonly maxSeconds: number;
  readonly minRequests: number;
};

/**
 * How the revisions of the demo behave. Durations are long beside what a busy machine adds to them, and have a long tail: by how
 * many calls a threshold is crossed then depends little on the machine, and on which two countable thresholds it lies between.
 */
export const SERVES = {
  well: { errorRate: 0.01, milliseconds: 100, spread: 0.8 },
  errors: { errorRate: 0.1, milliseconds: 100, spread: 0.8 },
  slow: { errorRate: 0.01, milliseconds: 300, spread: 0.8 },
} as const satisfies Readonly<Record<string, Behaviour>>;

/** All of the traffic, at once. */
export const ALL: Stage = { weight: 1, minSeconds: 0, maxSeconds: 0, minRequests: 0 };

export type FunctionPlan = {
  readonly service: string;
  readonly environment: 'staging' | 'production';
  readonly callsPerSecond: number;
  readonly rollouts: {
    readonly stages: readonly Stage[];
    readonly rBad?: number;
    readonly bakeSeconds: number;
  };
};
export type FunctionService = FunctionPlan & { readonly function: string; readonly alias: string };

/** An interval that has closed: without a baseline nothing is rolled out. Seconds before scaling. */
const MEASURED_SECONDS = 240;
const LEVEL = 'governed';

/** A service that is a function under calls, registered, at the level at which Holdfast rolls out by itself in staging. */
export async function prepareFunction(world: World, plan: FunctionPlan): Promise<FunctionService> {
  const { service, environment, callsPerSecond, rollouts } = plan;
  const { lambda } = world.sandbox;
  const place = await lambda.addService({ service, environment, callsPerSecond: 0 });
  const serving = await lambda.release(service, SERVES.well, `${service}, as it serves`, 'grace');
  lambda.moveByHand({ service, environment }, await lambda.publish({ service, environment }, serving));
  lambda.callsPerSecond({ service, environment }, callsPerSecond);
  const since = Date.now();
  await world.api('PUT', `/v1/services/${service}`, {
    tier: 3,
    owners: ['grace'],
    repository: `acme/${service}`,
    environments: { [environment]: { platform: 'lambda', function: place.function, alias: place.alias } },
    // the calls of the sandbox fail one by one, and a function of four minutes has no hour before to show it
    rollouts: { ...rollouts, burstFactor: 1 },
  });
  await setAutonomy(world, { service, environment, action: 'deploy', level: LEVEL });
  await putCalendar(world);
  const measured = since + (MEASURED_SECONDS / world.speed) * 1000;
  await new Promise((done) => setTimeout(done, Math.max(0, measured - Date.now())));
  return { ...plan, function: place.function, alias: place.alias };
}

/** A new version as CI leaves it: committed by dana, published, without any traffic. Answers its revision. */
export async function publishRevision(
  world: World,
  { service, environment }: FunctionService,
  behaviour: Behaviour,
  message: string,
): Promise<string> {
  const revision = await world.sandbox.lambda.release(service, behaviour, message, 'dana');
  await world.sandbox.lambda.publish({ service, environment }, revision);
  return revision;
}

/** Share of the traffic that an alias sends to a version, from 0 to 1, as the platform itself says. */
export async function shareOf(world: World, service: FunctionService, version: string): Promise<number> {
  const { primary, others } = await atAlias(world, service);
  const beside = others.reduce((sum, { weight }) => sum + weight, 0);
  return primary === version ? 1 - beside : (others.find((each) => each.version === version)?.weight ?? 0);
}

/** Its journey is over: nobody calls it any more, so that the machine has more for the others. */
export function stopCalls(world: World, { service, environment }: FunctionService): void {
  world.sandbox.lambda.callsPerSecond({ service, environment }, 0);
}
