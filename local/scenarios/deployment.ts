import type { World } from '../world.ts';
import { type DecisionItem, until } from './attempt.ts';
import type { FunctionService } from './function-service.ts';
import type { Subject, Tell, TimelineEntry } from './scenario.ts';

/** The fields of a deployment that journeys look at (GET /v1/deployments/{id}). */
export type Deployment = {
  readonly id: string;
  readonly rev: number;
  readonly state: { readonly kind: string; readonly reason?: string };
  readonly approval?: string;
  readonly rollout?: string;
  readonly canary?: string;
  readonly risk?: { readonly score: string; readonly band: string };
  readonly times: Readonly<Record<string, string>>;
};
/** The fields of a rollout that journeys look at (GET /v1/rollouts/{id}). */
export type Rollout = {
  readonly id: string;
  readonly rev: number;
  readonly state: { readonly kind: string; readonly reason?: string };
  readonly canary: string;
  readonly weight: number;
  readonly plan: { readonly intervalSeconds: number };
  readonly approval?: string;
  readonly judgement?: { readonly at: string; readonly verdict: string };
  readonly times: Readonly<Record<string, string>>;
};
export type Standing = { readonly deployment: Deployment; readonly rollout?: Rollout };
type Decided = DecisionItem & { readonly rule: { readonly name: string }; readonly outcome: unknown };

const ENDS = ['Completed', 'RolledBack', 'Blocked', 'Observed', 'Aborted', 'AwaitingHumanReview'];

/** What the plan itself says of how long a certificate takes: not its milder alternatives. */
const FORECAST = /^PLANNED to rule out /;

/** Asks for a deployment as dana, who wrote it. */
export async function requestDeployment(
  world: World,
  { service, environment }: FunctionService,
  revision: string,
  change?: Readonly<Record<string, unknown>>,
): Promise<Deployment> {
  return (await world.api('POST', '/v1/deployments', {
    ...{ service, environment, revision },
    ...(change !== undefined && { change }),
  })) as Deployment;
}

/** A journey's view of one deployment: what was told of it and of its rollout so far. */
export type Followed = {
  readonly id: string;
  /** Follows both until a condition holds (default: the deployment has ended), telling every decision and look once. */
  readonly until: (
    what?: string,
    holds?: (standing: Standing) => boolean,
    seconds?: number,
  ) => Promise<Standing>;
};

/** Follows a deployment and its rollout; it goes on where the last `until` ended. */
export function followDeployment(world: World, id: string, tell: Tell): Followed {
  const told = { deployment: 0, rollout: 0, look: '' };
  const say = async (kind: 'deployment' | 'rollout', subject: { id: string; rev: number }) => {
    if (subject.rev <= told[kind]) return;
    const decisions = await decisionsOf(world, kind, subject.id);
    for (const decision of decisions.slice(told[kind])) {
      tell.step(entryOf(decision));
      for (const { code, text } of decision.reasons)
        if (FORECAST.test(`${code} ${text}`)) tell.note(`the plan says: ${text.split(':')[0]}`);
    }
    told[kind] = decisions.length;
  };
  const read = async (): Promise<Standing> => {
    const deployment = (await world.api('GET', `/v1/deployments/${id}`)) as Deployment;
    await say('deployment', deployment);
    if (deployment.rollout === undefined) return { deployment };
    const rollout = (await world.api('GET', `/v1/rollouts/${deployment.rollout}`)) as Rollout;
    await say('rollout', rollout);
    const look = `${rollout.rev}/${rollout.judgement?.at}`;
    if (look !== told.look) tell.look?.(rollout);
    told.look = look;
    return { deployment, rollout };
  };
  return {
    id,
    until: (what = 'to end', holds = hasEnded, seconds = 150) =>
      until(`deployment ${id} ${what}`, seconds, async () => {
        const standing = await read();
        return holds(standing) || hasEnded(standing) ? standing : undefined;
      }),
  };
}

function hasEnded({ deployment }: Standing): boolean {
  return ENDS.includes(deployment.state.kind);
}

async function decisionsOf(world: World, kind: string, id: string): Promise<readonly Decided[]> {
  return ((await world.api('GET', `/v1/${kind}s/${id}/decisions`)) as { items: readonly Decided[] }).items;
}

function entryOf({ at, kind, id, rev, event, to }: DecisionItem): TimelineEntry {
  return { at, kind, id, rev, decision: `${event} -> ${to}` };
}

/** A deployment and its rollout, as subjects of the journey. */
export function subjectsOf({ deployment, rollout }: Standing): readonly Subject[] {
  const first = { kind: 'deployment', id: deployment.id };
  return rollout === undefined ? [first] : [first, { kind: 'rollout', id: rollout.id }];
}

/** All decisions of a deployment and of its rollout, by time. */
export async function everyDecision(world: World, standing: Standing): Promise<readonly Decided[]> {
  const each = subjectsOf(standing).map(({ kind, id }) => decisionsOf(world, kind, id));
  return (await Promise.all(each)).flat().toSorted((one, other) => (one.at < other.at ? -1 : 1));
}

export async function timelineOf(world: World, standing: Standing): Promise<readonly TimelineEntry[]> {
  return (await everyDecision(world, standing)).map(entryOf);
}

/** `Completed`, or `Blocked(POLICY)`. */
export function outcomeOf({ state }: Pick<Deployment, 'state'>): string {
  return state.reason === undefined ? state.kind : `${state.kind}(${state.reason})`;
}
