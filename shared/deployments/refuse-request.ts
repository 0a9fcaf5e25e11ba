import { type Actor, decide, type Effect, type Fault, isFault, sha256Hex } from '../kernel/index.ts';
import { loadService } from '../services/index.ts';
import { MAX_REFUSALS_PER_DAY, METRICS, type RequestRefusal } from './contract.ts';
import type { DeploymentDeps } from './ports.ts';
import { refuseDeploymentRequest } from './rules/record-step.ts';

/** A request that is refused: why, as the ledger has it and as the caller is told. */
export type Refused = { readonly refusal: RequestRefusal; readonly fault: Fault };
type Asked = {
  readonly service: string;
  readonly environment: string;
  readonly revision: string;
  readonly retryOf?: string;
  readonly actor: Actor;
};

const DAY_SECONDS = 86_400;
/** The same refusal of the same request is news again after that. */
const KEPT_SECONDS = 30 * DAY_SECONDS;
/** Of each round of writers one gets through. The waits come to 2.75 s at most: the caller still gets its answer. */
const TRIES = 9;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 500;

/**
 * Refuses a request before there is a deployment: a decision of the service, once for each person, place, reason and
 * revision and at most MAX_REFUSALS_PER_DAY of a person for a service, then the fault. What hinders the record is counted
 * and never hides the fault.
 */
export async function refuseRequest(
  deps: DeploymentDeps,
  asked: Asked,
  { refusal, fault }: Refused,
): Promise<never> {
  try {
    await recordOnce(deps, asked, { refusal, fault });
  } catch {
    deps.meter.count(METRICS.refusalUnrecorded, { service: asked.service });
  }
  throw fault;
}

/** Nothing where it was recorded before or the day's are used up. Throws Fault('Conflict') when others keep writing. */
async function recordOnce(deps: DeploymentDeps, asked: Asked, refused: Refused): Promise<void> {
  const { once, ofDay } = countersOf(deps, asked, refused.refusal);
  for (let tried = 1; ; tried += 1) {
    const [said, today] = await Promise.all([once, ofDay].map(({ counter }) => deps.store.count(counter)));
    if ((said ?? 0) > 0 || (today ?? 0) >= MAX_REFUSALS_PER_DAY) return;
    try {
      return await record(deps, asked, refused, [once, ofDay]);
    } catch (thrown) {
      // Somebody else wrote about the service meanwhile, or a counter was used up: which of them, the next reading tells.
      if (!isFault(thrown, 'Conflict') || tried === TRIES) throw thrown;
    }
    await deps.pause(jitter(deps, Math.min(FIRST_WAIT_MS * 2 ** (tried - 1), LONGEST_WAIT_MS)));
  }
}

/** From 0 to `most`: those who met do not meet again. */
function jitter({ random }: DeploymentDeps, most: number): number {
  const [high = 0, low = 0] = random(2);
  return (most * (high * 256 + low)) / 65_536;
}

async function record(
  deps: DeploymentDeps,
  { service, environment, revision, retryOf, actor }: Asked,
  { refusal, fault }: Refused,
  effects: readonly [Count, Count],
): Promise<void> {
  const { rev, head, document } = await loadService(deps, service);
  await decide(deps, {
    subject: { kind: 'service', id: service },
    expectedRev: rev,
    key: `${effects[0].counter}/${rev}`,
    correlationId: retryOf ?? sha256Hex(effects[0].counter).slice(0, 32),
    service,
    // what is no environment is no place: it stands in the inputs alone
    ...(Object.hasOwn(document.environments, environment) && { environment }),
    createdAt: head.createdAt,
    actor,
    from: head.state.kind,
    rule: refuseDeploymentRequest,
    inputs: { service, environment, revision, retryOf: retryOf ?? null, refusal },
    step: (outcome) => ({
      event: 'DeploymentNotOpened',
      events: [{ type: 'DeploymentNotOpened', data: { refusal: outcome.refusal, revision } }],
      reasons: [{ code: outcome.refusal, text: fault.message }],
      state: head.state,
      data: head.data,
    }),
    effects,
  });
}

type Count = Extract<Effect, { type: 'count' }>;

/** By hash: a name is not looked for in a key, and an environment that is none has any text. */
function countersOf(
  deps: DeploymentDeps,
  { service, environment, revision, actor }: Asked,
  refusal: RequestRefusal,
): { readonly once: Count; readonly ofDay: Count } {
  const seconds = Math.floor(deps.clock() / 1000);
  const hash = (...parts: readonly unknown[]) => sha256Hex(JSON.stringify(parts)).slice(0, 32);
  const who = [service, actor.type, actor.id];
  return {
    once: {
      ...{ type: 'count', by: 1, max: 1, expiresAt: seconds + KEPT_SECONDS },
      counter: `QUOTA#not-opened#${hash(...who, environment, refusal, revision)}`,
    },
    ofDay: {
      ...{ type: 'count', by: 1, max: MAX_REFUSALS_PER_DAY, expiresAt: seconds + 2 * DAY_SECONDS },
      counter: `QUOTA#not-opened#${hash(...who)}#${Math.floor(seconds / DAY_SECONDS)}`,
    },
  };
}
