import * as z from 'zod';
import { cliError, EXIT, isCliError } from './command.ts';
import { currentSession } from './session.ts';

const TIMEOUT_MS = 30_000;

const Problem = z.looseObject({
  title: z.string().optional(),
  detail: z.string().optional(),
  message: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export type Api = (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => Promise<unknown>;

/** The HTTP API as the signed-in caller. Refusals become a CliError with exit code 1, an unreachable API one with 4. */
export function api(target = currentSession()): Api {
  return async (method, path, body) => {
    const response = await request(`${target.api}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${target.token}`,
        'x-holdfast-client': 'cli',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = parsed(text);
    if (response.ok) return answer;
    const { status } = response;
    const exitCode = status === 401 ? EXIT.unreachable : EXIT.no;
    throw Object.assign(cliError(`${method} ${path}: ${problemText(status, answer)}`, exitCode), { status });
  };
}

/**
 * A text that the API makes for who is signed in. Refusals become a CliError with exit code 1, what is to be asked for
 * again one with 3, an unreachable API one with 4.
 */
export async function apiFile(path: string, target = currentSession()): Promise<string> {
  const headers = { authorization: `Bearer ${target.token}`, 'x-holdfast-client': 'cli' };
  const response = await request(`${target.api}${path}`, { headers });
  const text = await response.text();
  if (response.ok) return text;
  const { status } = response;
  const known = response.headers.has('retry-after') ? EXIT.waiting : EXIT.no;
  const exitCode = status === 401 ? EXIT.unreachable : known;
  throw Object.assign(cliError(`GET ${path}: ${problemText(status, parsed(text))}`, exitCode), { status });
}

/** Whether something is a refusal of the API with a status. */
export function hasStatus(thrown: unknown, status: number): boolean {
  return isCliError(thrown) && 'status' in thrown && thrown.status === status;
}

async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    // a redirect could carry the token to a place that nobody named
    return await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw Object.assign(cliError(`cannot reach ${new URL(url).origin}`, EXIT.unreachable), { cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemText(status: number, answer: unknown): string {
  const problem = Problem.safeParse(answer);
  if (!problem.success) return `answered ${status}`;
  const { title, detail, message, errors } = problem.data;
  const fields = (errors ?? []).map((error) => `\n  ${error.path}: ${error.message}`).join('');
  return `${status} ${detail ?? title ?? message ?? ''}${fields}`;
}

/** All items of a paged list. */
export async function everyPage<T>(call: Api, path: string, item: z.ZodType<T>): Promise<readonly T[]> {
  const Page = z.looseObject({ items: z.array(item), cursor: z.string().optional() });
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const query =
      cursor === undefined ? '' : `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
    const page = Page.parse(await call('GET', `${path}${query}`));
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}
