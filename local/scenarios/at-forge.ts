import type { World } from '../world.ts';

const TIMEOUT_MS = 10_000;

const BOT = 'holdfast[bot]';
type PullRequestAt = { readonly repository: string; readonly number: number };

export type ForgePullRequest = {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: 'open' | 'closed';
  readonly merged: boolean;
  readonly merged_by: { readonly login: string } | null;
  readonly labels: readonly { readonly name: string }[];
  readonly user: { readonly login: string };
  readonly head: { readonly ref: string; readonly sha: string };
};
export type Comment = { readonly body: string; readonly user: { readonly login: string } };

/** One call of the forge's REST API in the name of a login. Throws an Error for an answer that is no success. */
export async function atForge(
  world: World,
  login: string,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const token = world.sandbox.forge.tokenOf(login);
  const response = await fetch(`${world.sandbox.forge.url}/repos/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

export async function pullRequestAt(
  world: World,
  { repository, number }: PullRequestAt,
): Promise<ForgePullRequest> {
  return (await atForge(world, BOT, 'GET', `${repository}/pulls/${number}`)) as ForgePullRequest;
}

/** Every pull request of a repository, newest first, open or not. */
export async function pullRequestsOf(world: World, repository: string): Promise<readonly ForgePullRequest[]> {
  const path = `${repository}/pulls?state=all&per_page=100`;
  return (await atForge(world, BOT, 'GET', path)) as readonly ForgePullRequest[];
}

export async function commentsOn(
  world: World,
  { repository, number }: PullRequestAt,
): Promise<readonly Comment[]> {
  const path = `${repository}/issues/${number}/comments?per_page=100`;
  return (await atForge(world, BOT, 'GET', path)) as readonly Comment[];
}
