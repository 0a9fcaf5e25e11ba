import { type Effect, isoTime } from '../kernel/index.ts';
import type { Attempt } from './attempt.ts';
import { MAX_MERGES_PER_HOUR, MAX_PULL_REQUESTS_PER_HOUR } from './contract.ts';
import type { RollbackDeps } from './ports.ts';

const TWO_HOURS = 7_200;

/**
 * What one repository may be asked to take in an hour (UTC): 10 pull requests, 5 merges. They are counted by the step
 * that records one and read before the next: those under way at the same moment may go over by their number.
 */
function counterOf(what: 'pull-requests' | 'merges', repository: string, now: number): string {
  return `QUOTA#${what}#${repository}#${isoTime(now).slice(0, 13)}`;
}

function counted(what: 'pull-requests' | 'merges', repository: string, now: number): readonly Effect[] {
  const counter = counterOf(what, repository, now);
  return [{ type: 'count', counter, by: 1, expiresAt: Math.floor(now / 1000) + TWO_HOURS }];
}

export async function mayOpenMore(deps: RollbackDeps, repository: string): Promise<boolean> {
  const opened = await deps.store.count(counterOf('pull-requests', repository, deps.clock()));
  return opened < MAX_PULL_REQUESTS_PER_HOUR;
}

export function pullRequestCounted(repository: string, now: number): readonly Effect[] {
  return counted('pull-requests', repository, now);
}

export async function mayMergeMore(deps: RollbackDeps, { data }: Attempt): Promise<boolean> {
  if (data.pullRequest === undefined) return false;
  const merged = await deps.store.count(counterOf('merges', data.pullRequest.repository, deps.clock()));
  return merged < MAX_MERGES_PER_HOUR;
}

export function mergeCounted({ data }: Attempt, now: number): readonly Effect[] {
  return data.pullRequest === undefined ? [] : counted('merges', data.pullRequest.repository, now);
}
