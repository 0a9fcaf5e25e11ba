import { type Effect, isFault, isoTime } from '../kernel/index.ts';
import type { Attempt } from './attempt.ts';
import { MAX_MERGES_PER_HOUR, MAX_PULL_REQUESTS_PER_HOUR } from './contract.ts';
import type { RollbackDeps } from './ports.ts';

const HOUR_MS = 3_600_000;
/** Longer than any attempt lives: a place can be given back while its attempt may still do so. */
const KEPT_SECONDS = 172_800;
const MAX = { 'pull-requests': MAX_PULL_REQUESTS_PER_HOUR, merges: MAX_MERGES_PER_HOUR } as const;

/** A place in a quota: a conditional write in the transaction of the decision that takes it. */
export type Place = Extract<Effect, { type: 'count' }> & { readonly max: number };

/**
 * A place among what one repository may be asked to take in an hour (UTC): 10 pull requests, 5 merges. It is taken by the
 * decision before the call, so that those under way at the same moment cannot go over.
 */
export function placeIn(what: keyof typeof MAX, repository: string, now: number): Place {
  const counter = `QUOTA#${what}#${repository}#${hourOf(now)}`;
  return { type: 'count', counter, by: 1, max: MAX[what], expiresAt: Math.floor(now / 1000) + KEPT_SECONDS };
}

/** The hour (UTC) of a time, as `2026-11-21T10`. */
export function hourOf(now: number): string {
  return isoTime(now).slice(0, 13);
}

/** When the next hour begins, and with it a new quota (ISO). */
export function nextHour(now: number): string {
  return isoTime((Math.floor(now / HOUR_MS) + 1) * HOUR_MS);
}

export async function isFull(deps: Pick<RollbackDeps, 'store'>, place: Place): Promise<boolean> {
  return (await deps.store.count(place.counter)) >= place.max;
}

/**
 * Takes a step that takes a place; where none is left, `otherwise` is done instead. Throws Fault('Conflict') when the
 * attempt moved meanwhile.
 */
export async function inPlace<T>(
  deps: Pick<RollbackDeps, 'store'>,
  place: Place,
  take: () => Promise<T>,
  otherwise: () => Promise<T>,
): Promise<T> {
  try {
    return await take();
  } catch (thrown) {
    if (!isFault(thrown, 'Conflict') || !(await isFull(deps, place))) throw thrown;
    return otherwise();
  }
}

/** An unused place goes back to the quota it was taken from. */
export function placeBack({ data }: Attempt): readonly Effect[] {
  const { pullRequestPlace } = data;
  return typeof pullRequestPlace === 'string' ? [{ type: 'count', counter: pullRequestPlace, by: -1 }] : [];
}

/** The attempt's place among the merges of this hour; undefined where there is nothing to merge. */
export function mergePlace({ data }: Attempt, now: number): Place | undefined {
  return data.pullRequest === undefined ? undefined : placeIn('merges', data.pullRequest.repository, now);
}
