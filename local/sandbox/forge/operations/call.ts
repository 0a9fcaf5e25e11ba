import { resolveCommit } from '../git/read-objects.ts';
import type { PullRecord } from '../records.ts';
import { GithubRefusal, notFound } from '../refusal.ts';
import type { Repository, World } from '../world.ts';

/** One request, after its shape was checked against GitHub's description. */
export type Call = {
  readonly repository: Repository;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly login: string;
  /** Asked with a token of an app. */
  readonly viaApp: boolean;
};

/** `total` is given by lists, which then answer one page of it and say in `Link` where the next is. */
export type Answer = {
  readonly status: number;
  readonly body?: unknown;
  readonly total?: number;
  /** Where the next page begins, in lists that have no numbered pages. */
  readonly cursor?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Operation = (world: World, call: Call) => Promise<Answer>;

const PAGE = 30;
const LARGEST_PAGE = 100;

export type Page = { readonly number: number; readonly size: number };

export function pageOf(query: URLSearchParams): Page {
  const number = Math.max(1, Number(query.get('page') ?? 1) || 1);
  const size = Math.min(LARGEST_PAGE, Math.max(1, Number(query.get('per_page') ?? PAGE) || PAGE));
  return { number, size };
}

export function onePage<T>(items: readonly T[], query: URLSearchParams): readonly T[] {
  const { number, size } = pageOf(query);
  return items.slice((number - 1) * size, number * size);
}

/** A text of the body; undefined when it is absent or no text. */
export function textOf(call: Call, field: string): string | undefined {
  const value = call.body[field];
  return typeof value === 'string' ? value : undefined;
}

export function pathText(call: Call, name: string): string {
  return call.path[name] ?? '';
}

/** The commit that the path's `{ref}` names: a branch or a full sha. GitHub answers 422 for an unknown sha. */
export async function commitOf(call: Call, ref: string): Promise<string> {
  const sha = await resolveCommit(call.repository.git, ref);
  if (sha === undefined) throw new GithubRefusal(422, `No commit found for SHA: ${ref}`);
  return sha;
}

/** The pull request that the path's number names. */
export function pullOf(call: Call, name: 'pull_number' | 'issue_number' = 'pull_number'): PullRecord {
  const number = Number(pathText(call, name));
  const pull = call.repository.record.read().pulls.find((each) => each.number === number);
  if (pull === undefined) throw notFound();
  return pull;
}
