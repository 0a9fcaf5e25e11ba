import { LambdaClient } from '@aws-sdk/client-lambda';
import { type Clock, Fault, isFault } from '../../kernel/index.ts';
import type { Leases } from '../../ports/leases.ts';
import {
  type Traffic,
  type TrafficArm,
  type TrafficLease,
  type TrafficTarget,
  trafficLease,
} from '../../ports/traffic.ts';
import { CLIENT_SETTINGS } from './clients.ts';
import { backOff } from './failures.ts';
import { type Alias, checkedArms, isMarkedBy, marked, routingOf, sameArms } from './lambda-alias.ts';
import {
  type AliasChange,
  getAlias,
  nameOf,
  publishedVersions,
  TRIES,
  taken,
  updateAlias,
} from './lambda-calls.ts';

type Deps = {
  readonly client: LambdaClient;
  readonly leases: Pick<Leases, 'holds'>;
  readonly now: Clock;
};

/** A client that never repeats a call by itself: a write whose answer was lost is read first. */
export const trafficClient = (): LambdaClient => new LambdaClient({ ...CLIENT_SETTINGS, maxAttempts: 1 });

/**
 * Traffic by the weights of a Lambda alias. A move is one UpdateAlias on the condition that RevisionId is still the one
 * that was read; docs/integrations/lambda.md says what that, the lease and the mark in the description guard.
 */
export function lambdaTraffic(deps: Deps): Traffic {
  return {
    read: async (target) => {
      const { arms, token } = await getAlias(deps.client, target);
      return { arms, token };
    },
    shift: async (target, arms, expectedToken, lease) => {
      const wanted = checkedArms(arms);
      const before = await getAlias(deps.client, target);
      if (isMarkedBy(before, lease) && sameArms(before.arms, wanted)) return { token: before.token };
      await guard(deps, target, before, { expectedToken, lease });
      const move = { target, wanted, before, lease };
      const moved = await apply(deps, move);
      return { token: await verified(deps, move, moved) };
    },
    version: (target, gitRevision) => versionOf(deps, target, gitRevision.toLowerCase()),
    gitRevision: (target, version) => shaOf(deps, target, version),
  };
}

type Move = {
  readonly target: TrafficTarget;
  readonly wanted: readonly TrafficArm[];
  readonly before: Alias;
  readonly lease: TrafficLease;
};

/** Whoever comes too late must not move. Throws Fault Conflict. */
async function guard(
  deps: Deps,
  target: TrafficTarget,
  before: Alias,
  { expectedToken, lease }: { readonly expectedToken: string; readonly lease: TrafficLease },
): Promise<void> {
  if (before.token !== expectedToken) throw taken(target, 'somebody else has moved it');
  if (before.mark !== undefined && before.mark.fencing > lease.fencing) {
    throw taken(target, `${before.mark.owner} moved it under a later lease`);
  }
  if (!(await deps.leases.holds({ name: trafficLease(target), ...lease }, deps.now()))) {
    throw taken(target, `${lease.owner} no longer holds its lease`);
  }
}

/** Moves the alias; a lost answer is no reason to move it again before it was read. */
async function apply(deps: Deps, move: Move): Promise<string> {
  const { wanted, before, lease } = move;
  const change = {
    ...routingOf(wanted, before.main),
    Description: marked(before.description, lease),
    RevisionId: before.token,
  };
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attempted(deps, move, change);
    if (typeof outcome === 'string') return outcome;
    if (attempt === TRIES) throw outcome;
    await backOff(attempt);
  }
}

/** The token of the move, also when only its answer was lost; the Fault when nothing was moved and it may be repeated. */
async function attempted(deps: Deps, move: Move, change: AliasChange): Promise<string | Fault> {
  const { target, wanted, before, lease } = move;
  try {
    return (await updateAlias(deps.client, target, change)).token;
  } catch (thrown) {
    if (!isFault(thrown, 'Unavailable', 'Conflict')) throw thrown;
    const found = await getAlias(deps.client, target);
    if (isMarkedBy(found, lease) && sameArms(found.arms, wanted)) return found.token;
    if (found.token !== before.token) throw taken(target, 'somebody else has moved it', thrown);
    return thrown;
  }
}

/** Reads what became of the move. What is not as wanted and still ours is taken back. */
async function verified(deps: Deps, move: Move, token: string): Promise<string> {
  const { target, wanted, before } = move;
  for (let attempt = 1; ; attempt += 1) {
    const found = await getAlias(deps.client, target);
    if (found.token === token && sameArms(found.arms, wanted)) return token;
    if (found.token === token) return await compensate(deps, move, found);
    // Lambda may still show what was before the move.
    if (found.token !== before.token) throw taken(target, 'somebody else moved it right after us');
    if (attempt === TRIES) throw new Fault('Unavailable', `${nameOf(target)} does not show the move yet`);
    await backOff(attempt);
  }
}

async function compensate(deps: Deps, { target, before }: Move, found: Alias): Promise<never> {
  await updateAlias(deps.client, target, {
    ...routingOf(before.arms, before.main),
    Description: before.description,
    RevisionId: found.token,
  });
  throw new Fault('Malformed', `${nameOf(target)} did not split as it was told to and was put back`);
}

/** The greatest published version whose description carries the sha as a word of its own. */
async function versionOf({ client }: Deps, target: TrafficTarget, sha: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{40}$/.test(sha)) throw new Fault('InvalidInput', `${sha} is no full commit sha`);
  const word = new RegExp(`(?<![0-9a-z])${sha}(?![0-9a-z])`, 'i');
  const versions = await publishedVersions(client, target);
  const found = versions.filter(({ description }) => word.test(description));
  return found.length === 0 ? undefined : String(Math.max(...found.map(({ version }) => Number(version))));
}

/** The one full sha in the description of a version. */
async function shaOf({ client }: Deps, target: TrafficTarget, version: string): Promise<string | undefined> {
  const versions = await publishedVersions(client, target);
  const description = versions.find((each) => each.version === version)?.description ?? '';
  const shas = description.toLowerCase().match(/(?<![0-9a-z])[0-9a-f]{40}(?![0-9a-z])/g) ?? [];
  return shas.length === 1 ? shas[0] : undefined;
}
