import { setTimeout as sleep } from 'node:timers/promises';
import { Octokit } from '@octokit/core';
import type * as z from 'zod';
import { Fault, isFault } from '../../kernel/fault.ts';
import type { Clock } from '../../kernel/time.ts';
import { retryTransient } from '../retry.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { faultOf } from './faults.ts';

export type GithubOptions = {
  /** `https://api.github.com`, an Enterprise server's `/api/v3`, or the sandbox forge. From configuration only. */
  readonly baseUrl: string;
  /** A token, or who gives one that is still good. */
  readonly token: string | (() => Promise<string>);
  readonly fetch?: typeof globalThis.fetch;
  readonly now: Clock;
  /** Of one attempt, in milliseconds. */
  readonly timeoutMs?: number;
  /** First of the three waits between attempts, in milliseconds. */
  readonly firstWaitMs?: number;
};

type Parameters = Readonly<Record<string, unknown>>;
export type Answer = { readonly status: number; readonly data: unknown; readonly message: string };

/** One request: its route as GitHub documents it, and the refusals that are answers to the caller. */
export type Request = {
  readonly route: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;
  readonly parameters: Parameters;
  readonly expected?: readonly number[];
};

/** What reads one list or thing; `{ call: connection.once }` where the caller repeats a step of several requests. */
export type Reader = Pick<Connection, 'call'>;

export type Connection = {
  /** One attempt. Throws Fault as the port says; a status of `expected` is an answer. */
  readonly once: (request: Request) => Promise<Answer>;
  /** 1 + 3 attempts, for calls that may be repeated. */
  readonly call: (request: Request) => Promise<Answer>;
  /**
   * A write that must not happen twice: before each attempt but the first, `done` reads whether an earlier one, whose
   * answer was lost, did happen after all.
   */
  readonly write: <T>(attempt: () => Promise<T>, done: () => Promise<T | undefined>) => Promise<T>;
};

const TIMEOUT_MS = 10_000;
const LONGEST_WAIT_SECONDS = 10; // a longer wait belongs to the workflow, not to a paid-for function
const SILENT = () => undefined;

/** GitHub through Octokit: time-outs, attempts, rate limits and faults in one place. */
export function connect(options: GithubOptions): Connection {
  const octokit = new Octokit({
    baseUrl: options.baseUrl.replace(/\/+$/, ''),
    userAgent: 'holdfast',
    log: { debug: SILENT, info: SILENT, warn: SILENT, error: SILENT },
    request: {
      fetch: boundedFetch(options.fetch ?? globalThis.fetch, options.timeoutMs ?? TIMEOUT_MS),
      redirect: 'manual', // a redirect could carry the token to a place nobody configured
    },
  });
  const once = async (request: Request): Promise<Answer> => {
    const token = typeof options.token === 'string' ? options.token : await options.token();
    try {
      const answer = await octokit.request(request.route, {
        ...request.parameters,
        headers: { authorization: `Bearer ${token}`, 'x-github-api-version': '2022-11-28' },
      });
      if (answer.status < 300) return { status: answer.status, data: answer.data, message: '' };
      throw new Fault('Malformed', `${request.route} was redirected (${answer.status})`);
    } catch (thrown) {
      return answerOf(thrown, request, options.now);
    }
  };
  const repeat = <T>(attempt: () => Promise<T>): Promise<T> =>
    retryTransient(() => afterShortLimit(attempt), options.firstWaitMs);
  return {
    once,
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

function answerOf(thrown: unknown, request: Request, now: Clock): Answer {
  const { fault, answer } = faultOf(thrown, request.route, now());
  const isExpected = answer !== undefined && request.expected?.includes(answer.status);
  // a limit is never an answer: it says nothing about what was asked
  if (isExpected && fault.name !== 'RateLimited') return answer;
  throw fault;
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
