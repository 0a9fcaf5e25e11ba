import { Fault, isFault, isoTime, millis } from '../kernel/index.ts';
import type { DeliveryTarget, PullRequest, StoredReading } from '../ports/index.ts';
import { type ArgocdEnvironment, environmentOf, readAutonomy, readService } from '../services/index.ts';
import type { Attempt } from './attempt.ts';
import { NOT_BY_PULL_REQUEST } from './contract.ts';
import { countFailure } from './count-failure.ts';
import type { RollbackDeps, WorldDeps } from './ports.ts';
import type { Reading } from './rules/readings.ts';

/** The service's entry, and where it runs. Throws Fault('NotFound') when the registry no longer knows it there. */
export async function placeOf(deps: RollbackDeps, attempt: { service: string; environment: string }) {
  const service = await readService(deps, attempt.service);
  const environment = environmentOf(service, attempt.environment);
  if (environment?.platform !== 'argocd') throw new Fault('NotFound', noSuchPlace(attempt, environment));
  return { service, environment, target: targetOf(attempt.service, attempt.environment, environment) };
}

/** The same, for those who read it along with what may end the attempt first. */
export function placeOrFault(deps: RollbackDeps, attempt: { service: string; environment: string }) {
  return placeOf(deps, attempt).catch((thrown: unknown) => {
    if (isFault(thrown)) return thrown;
    throw thrown;
  });
}

/** Where the delivery system knows a service. */
export function targetOf(
  service: string,
  environment: string,
  { application }: Pick<ArgocdEnvironment, 'application'>,
): DeliveryTarget {
  return { service, environment, application };
}

function noSuchPlace(place: { service: string; environment: string }, present: object | undefined): string {
  return present === undefined
    ? `service ${place.service} has no environment ${place.environment}`
    : `${place.environment} of ${place.service}: ${NOT_BY_PULL_REQUEST}`;
}

/**
 * The readings that speak for an attempt, oldest first: from one gap before its opening on, since the reading that
 * opened it is its first.
 */
export function attemptReadings(
  deps: RollbackDeps,
  attempt: Pick<Attempt, 'service' | 'environment' | 'createdAt'>,
): Promise<readonly Reading[]> {
  return readingsSince(deps, attempt, isoTime(millis(attempt.createdAt) - deps.timings.readingGap * 1000));
}

/** What may end an attempt at any of its steps: what people allow, and what was read of its service. Read together. */
export async function readNow(
  deps: RollbackDeps,
  attempt: Pick<Attempt, 'service' | 'environment' | 'createdAt'>,
) {
  const { service, environment } = attempt;
  const [autonomy, readings] = await Promise.all([
    readAutonomy(deps, { service, environment, action: 'rollback' }),
    attemptReadings(deps, attempt),
  ]);
  return { autonomy, readings };
}
export type ReadNow = Awaited<ReturnType<typeof readNow>>;

/** Readings of the attempt's service since a time, oldest first, as rules take them. */
export async function readingsSince(
  deps: RollbackDeps,
  attempt: { service: string; environment: string },
  since: string,
): Promise<readonly Reading[]> {
  const stored = await deps.work.readings(attempt.service, attempt.environment, since);
  return stored.map(asReading);
}

export function asReading(stored: Omit<StoredReading, 'service' | 'environment' | 'slot'>): Reading {
  const { health, sync, revision, desired, available, observedAt } = stored;
  return {
    health,
    sync,
    ...(revision !== undefined && { revision }),
    ...(desired !== undefined && { desired }),
    ...(available !== undefined && { available }),
    observedAt,
  };
}

/** Only the newest readings that any limit can still look at: keeps decisions small. */
export function recent(readings: readonly Reading[], now: number, seconds: number): readonly Reading[] {
  return readings.filter((reading) => millis(reading.observedAt) >= now - seconds * 1000);
}

/**
 * Asks an outside system; undefined when it gives no usable answer. That is counted, told to who listens, and decides
 * nothing: no data holds.
 * Refused credentials are not "no answer": they pass through.
 */
export async function ask<T>(
  deps: RollbackDeps,
  call: string,
  question: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await question();
  } catch (thrown) {
    countFailure(deps.meter, call, thrown);
    if (!isFault(thrown, 'Unavailable', 'RateLimited', 'Malformed', 'NotFound')) throw thrown;
    const { name: fault, message, retryAfterSeconds } = thrown;
    deps.unanswered?.({ call, fault, message, retryAfterSeconds });
    return undefined;
  }
}

/** The attempt's pull request as the forge has it now; null when there is none, undefined when it could not be read. */
export async function pullRequestOf(
  deps: WorldDeps,
  attempt: Attempt,
): Promise<PullRequest | null | undefined> {
  const { pullRequest } = attempt.data;
  if (pullRequest === undefined) return null;
  return ask(deps, 'pull-request', () => deps.forge.pullRequest(pullRequest.repository, pullRequest.number));
}
