import { type Actor, isFault, isoTime } from '../kernel/index.ts';
import type { StoredReading } from '../ports/index.ts';
import { allServices } from '../services/index.ts';
import { type Attempt, attemptOf, isOpen, timedFor } from './attempt.ts';
import { METRICS } from './contract.ts';
import { type Turn, turnAt } from './look-pace.ts';
import { measureStates } from './measure-states.ts';
import { openRollbackAttempt, startWorkflow } from './open-rollback.ts';
import type { WorldDeps } from './ports.ts';
import { ask, asReading, readNow, targetOf } from './read-world.ts';
import { restartIfLost } from './restart-lost.ts';
import { isBad, type Reading } from './rules/readings.ts';
import { slotOf } from './take-step.ts';
import { hasNews } from './watch-news.ts';

const SWEEP_SECONDS = 60;
const READ_AT_ONCE = 8;
const SWEEP_ACTOR: Actor = { type: 'system', id: 'watch-health', via: 'schedule' };

type Place = { readonly service: string; readonly environment: string; readonly application: string };
export type WatchInput = { readonly service?: string | undefined; readonly environment?: string | undefined };

/**
 * Reads the health of every service once, and every 10 s for a minute that of those with an open attempt or whose last
 * reading was not Healthy; stores the readings, opens attempts and ends waits. At most one reading an interval counts,
 * so that two watches at once do no harm.
 */
export async function watchHealth(
  deps: WorldDeps,
  input: WatchInput,
): Promise<{ readonly readings: number }> {
  const interval = deps.timings.healthCheckInterval * 1000;
  const until = deps.clock() + (SWEEP_SECONDS * 1000) / deps.factor - interval / 2;
  let places = (await allPlaces(deps)).filter((place) => matches(place, input));
  let readings = 0;
  while (places.length > 0) {
    const slot = Math.floor(deps.clock() / interval) * interval;
    const results = await inBatches(places, (place) => readPlace(deps, place, slot, interval));
    readings += results.filter((each) => each.read).length;
    places = results.filter((each) => each.watchOn).map((each) => each.place);
    const next = slot + interval;
    if (next >= until) break;
    await deps.pause(Math.max(0, next - deps.clock()));
  }
  if (input.service === undefined) {
    deps.meter.count(METRICS.sweeps);
    await measureStates(deps);
  }
  return { readings };
}

async function allPlaces(deps: WorldDeps): Promise<readonly Place[]> {
  const services = await allServices(deps);
  return services.flatMap(({ name, document }) =>
    // A function behind an alias has no application to ask about: the rollout's own judge watches it.
    Object.entries(document.environments).flatMap(([environment, place]) =>
      place.platform === 'argocd' ? [targetOf(name, environment, place)] : [],
    ),
  );
}

function matches(place: Place, input: WatchInput): boolean {
  if (input.service === undefined) return true;
  return (
    place.service === input.service &&
    (input.environment === undefined || place.environment === input.environment)
  );
}

async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += READ_AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + READ_AT_ONCE).map(work))));
  }
  return results;
}

type Watched = { readonly place: Place; readonly read: boolean; readonly watchOn: boolean };

async function readPlace(deps: WorldDeps, place: Place, slotAt: number, interval: number): Promise<Watched> {
  const slot = isoTime(slotAt);
  const [last, attempt] = await Promise.all([
    deps.work.lastReading(place.service, place.environment),
    openAttempt(deps, place),
  ]);
  // Another watch has read this interval already: go on from its reading.
  const done = last?.slot === slot;
  const stored = done ? undefined : await readAndStore(deps, place, slot);
  const newest = stored ?? last;
  if (!done) await react(deps, place, attempt, stored, Math.round(slotAt / interval));
  return {
    place,
    read: stored !== undefined,
    watchOn: attempt !== undefined || newest === undefined || newest.health !== 'Healthy',
  };
}

async function readAndStore(deps: WorldDeps, place: Place, slot: string): Promise<StoredReading | undefined> {
  // Refused credentials stop no other service's sweep: they are counted and alarmed, and nothing is decided.
  const answer = await ask(deps, 'health', () => deps.health.read(place)).catch(() => undefined);
  if (answer === undefined) return undefined;
  const reading: StoredReading = { service: place.service, environment: place.environment, slot, ...answer };
  return (await deps.work.putReading(reading)) ? reading : undefined;
}

async function openAttempt(deps: WorldDeps, place: Place): Promise<Attempt | undefined> {
  const id = await deps.store.lockHolder(slotOf(place.service, place.environment));
  const head = id === undefined ? undefined : await deps.store.head({ kind: 'rollback', id });
  const attempt = head === undefined ? undefined : attemptOf(head);
  return attempt !== undefined && isOpen(attempt) ? attempt : undefined;
}

async function react(
  deps: WorldDeps,
  place: Place,
  attempt: Attempt | undefined,
  reading: StoredReading | undefined,
  slotNumber: number,
): Promise<void> {
  try {
    // The kill switch and the forge have news also while health cannot be read.
    if (attempt !== undefined) await reactToAttempt(deps, attempt, slotNumber);
    else if (reading !== undefined && isBad(asReading(reading))) await openFor(deps, place, reading);
  } catch (thrown) {
    // One service's conflict or missing entry must not end the sweep of the others; the next reading tries again.
    if (!isFault(thrown)) throw thrown;
    deps.meter.count(METRICS.integrationErrors, { call: 'watch-health', code: thrown.name });
  }
}

async function reactToAttempt(all: WorldDeps, attempt: Attempt, slotNumber: number): Promise<void> {
  const deps = timedFor(all, attempt);
  if (await restartIfLost(deps, attempt)) return;
  const [wait, now] = await Promise.all([
    deps.work.wait(attempt.id, attempt.state.kind),
    readNow(deps, attempt),
  ]);
  if (wait === undefined) {
    // Opened, but the process died before its workflow was started: starting by name is safe to repeat.
    if (attempt.state.kind === 'DegradationDetected')
      await startWorkflow({ ...deps, workflow: { ...deps.workflow, watchNow: async () => {} } }, attempt);
    return;
  }
  // After the merge the kill switch ends nothing, so it is no news either.
  const mayEnd = attempt.data.merge === undefined;
  const news =
    (mayEnd && now.autonomy.killSwitch.on) ||
    (await newsOf(deps, attempt, now.readings, turnAt(slotNumber, wait)));
  if (news) await deps.workflow.wake(wait.token, { woken: true });
}

/** Refused credentials are news: the woken task meets the refusal itself and ends the attempt for security. */
async function newsOf(
  deps: WorldDeps,
  attempt: Attempt,
  readings: readonly Reading[],
  turn: Turn,
): Promise<boolean> {
  try {
    return await hasNews(deps, attempt, readings, turn);
  } catch (thrown) {
    if (isFault(thrown, 'PermissionDenied')) return true;
    throw thrown;
  }
}

async function openFor(deps: WorldDeps, place: Place, reading: StoredReading): Promise<void> {
  const replicas =
    reading.desired === undefined ? '' : ` with ${reading.available ?? '?'} of ${reading.desired} replicas`;
  await openRollbackAttempt(
    { ...deps, workflow: { ...deps.workflow, watchNow: async () => {} } },
    {
      service: place.service,
      environment: place.environment,
      trigger: {
        type: 'reading',
        id: `reading/${place.service}/${place.environment}/${reading.slot}`,
        text: `the health sweep read ${reading.health}${replicas}`,
      },
      ...(reading.revision !== undefined && { revision: reading.revision }),
      actor: SWEEP_ACTOR,
    },
  );
}
