import { setTimeout as sleep } from 'node:timers/promises';
import { Octokit } from '@octokit/core';
import type * as z from 'zod';
import { Fault, isFault } from '../../kernel/fault.ts';
import type { Clock } from '../../kernel/time.ts';
import { retryTransient } from '../retry.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { type Budget, watchBudget } from './budget.ts';
import { faultOf, redirected } from './faults.ts';

/**
 * Gives a token that is good for a repository. Asked again with the token that GitHub just refused (401), it may give
 * another; the same one ends the request as PermissionDenied.
 */
export type TokenSource = (asked: {
  readonly repository?: string;
  readonly refused?: string;
}) => Promise<string>;

export type GithubOptions = {
  /** `https://api.github.com`, an Enterprise server's `/api/v3`, or the sandbox forge. From configuration only. */
  readonly baseUrl: string;
  readonly token: string | TokenSource;
  readonly fetch?: typeof globalThis.fetch;
  readonly now: Clock;
  /** Of one attempt, in milliseconds. */
  readonly timeoutMs?: number;
  /** First of the three waits between attempts, in milliseconds. */
  readonly firstWaitMs?: number;
  /** Told once an hour when fewer than 1,000 requests are left; under 100 nothing is written. */
  readonly lowBudget?: (budget: Budget) => void;
};

type Parameters = Readonly<Record<string, unknown>>;
export type Answer = {
  readonly status: number;
  readonly data: unknown;
  readonly message: string;
  /** GitHub's `Link` header, of lists that are paged by a cursor. */
  readonly link?: string;
};

/** One request: its route as GitHub documents it, and the refusals that are answers to the caller. */
export type Request = {
  readonly route: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} ${string}`;
  readonly parameters: Parameters;
  readonly expected?: readonly number[];
  /** "owner/name", where the parameters do not say it. */
  readonly repository?: string;
  /** A POST that changes nothing. */
  readonly isRead?: boolean;
};

/** What reads one list or thing; `{ call: connection.once }` where the caller repeats a step of several requests. */
export type Reader = Pick<Connection, 'call'>;

export type Connection = {
  readonly baseUrl: string;
  /** One attempt. Throws Fault as the port says; a status of `expected` is an answer. */
  readonly once: (request: Request) => Promise<Answer>;
  /** 1 + 3 attempts at what may be done again as a whole. */
  readonly repeat: <T>(attempt: () => Promise<T>) => Promise<T>;
  /** 1 + 3 attempts, for calls that may be repeated. */
  readonly call: (request: Request) => Promise<Answer>;
  /**
   * A write that must not happen twice: before each attempt but the first, `done` reads whether an earlier one, whose
   * answer was lost, did happen after all.
   */
  readonly write: <T>(attempt: () => Promise<T>, done: () => Promise<T | undefined>) => Promise<T>;
};

/** A refused token is told apart from all else: there may be another. */
type Sent = Answer | Fault;

const UNAUTHORIZED = 401;
const TIMEOUT_MS = 10_000;
const LONGEST_WAIT_SECONDS = 10; // a longer wait belongs to the workflow, not to a paid-for function
const SILENT = () => undefined;

/** GitHub through Octokit: tokens, time-outs, attempts, rate limits and faults in one place. */
export function connect(options: GithubOptions): Connection {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const octokit = new Octokit({
    baseUrl,
    userAgent: 'holdfast',
    log: { debug: SILENT, info: SILENT, warn: SILENT, error: SILENT },
    request: {
      fetch: boundedFetch(options.fetch ?? globalThis.fetch, options.timeoutMs ?? TIMEOUT_MS),
      redirect: 'manual', // a redirect could carry the token to a place nobody configured
    },
  });
  const budget = watchBudget(options.now, options.lowBudget);
  const { token } = options;
  const source: TokenSource = typeof token === 'string' ? async () => token : token;
  const send = async (request: Request, bearer: string): Promise<Sent> => {
    try {
      const answer = await octokit.request(request.route, {
        ...request.parameters,
        headers: { authorization: `Bearer ${bearer}`, 'x-github-api-version': '2022-11-28' },
      });
      budget.heard(answer.headers);
      if (answer.status >= 300) throw redirected(request.route, repositoryIn(request), answer.status);
      const { link } = answer.headers;
      return { status: answer.status, data: answer.data, message: '', ...(link !== undefined && { link }) };
    } catch (thrown) {
      const refused = faultOf(thrown, request.route, options.now());
      budget.heard(refused.headers);
      return refusalOf(refused, request);
    }
  };
  const once = async (request: Request): Promise<Answer> => {
    if (isWrite(request)) budget.refuseWrite();
    const repository = repositoryIn(request);
    const asked = { ...(repository !== undefined && { repository }) };
    const bearer = await source(asked);
    const first = await send(request, bearer);
    if (!isFault(first)) return first;
    // the token was revoked or ended early; what GitHub refused so did not happen
    const another = await source({ ...asked, refused: bearer });
    const second = another === bearer ? first : await send(request, another);
    if (isFault(second)) throw second;
    return second;
  };
  const repeat = <T>(attempt: () => Promise<T>): Promise<T> =>
    retryTransient(() => afterShortLimit(attempt), options.firstWaitMs);
  return {
    baseUrl,
    once,
    repeat,
    call: (request) => repeat(() => once(request)),
    write: (attempt, done) => {
      let tried = false;
      return repeat(async () => {
        const found = tried ? await done() : undefined;
        tried = true;
        return found ?? attempt();
      });
    },
  };
}

/** The answer, where the caller expects it; a refused token as a fault; anything else is thrown. */
function refusalOf({ fault, answer }: ReturnType<typeof faultOf>, request: Request): Sent {
  if (answer?.status === UNAUTHORIZED) return fault;
  // a limit is never an answer: it says nothing about what was asked
  const isExpected = answer !== undefined && request.expected?.includes(answer.status);
  if (isExpected && fault.name !== 'RateLimited') return answer;
  throw fault;
}

function isWrite({ route, isRead }: Request): boolean {
  return !route.startsWith('GET ') && isRead !== true;
}

function repositoryIn({ parameters, repository }: Request): string | undefined {
  const { owner, repo } = parameters;
  return typeof owner === 'string' && typeof repo === 'string' ? `${owner}/${repo}` : repository;
}

/** GitHub asks for a wait in its answer to a request that it did not carry out: once, if short, it is waited for. */
async function afterShortLimit<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (thrown) {
    const seconds = isFault(thrown, 'RateLimited') ? thrown.retryAfterSeconds : undefined;
    if (seconds === undefined || seconds > LONGEST_WAIT_SECONDS) throw thrown;
    await sleep(seconds * 1000);
    return attempt();
  }
}

/** The fields that are read, or Fault Malformed. */
export function parse<T extends z.ZodType>(schema: T, value: unknown, what: string): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Fault('Malformed', `GitHub's answer on ${what} is not what its API describes`, {
    cause: parsed.error,
  });
}

/** "owner/name" as Octokit's two parameters. */
export function repositoryOf(repository: string): { readonly owner: string; readonly repo: string } {
  const [owner = '', repo = '', ...more] = repository.split('/');
  if (owner !== '' && repo !== '' && more.length === 0) return { owner, repo };
  throw new Fault('InvalidInput', `not a repository: ${repository}`);
}
