import * as z from 'zod';
import { Fault, type FaultName } from '../../kernel/fault.ts';
import { namedWait } from '../named-wait.ts';
import type { Answer } from './connection.ts';

/** What Octokit throws: `response` is absent when GitHub did not answer. */
const RequestError = z.looseObject({
  status: z.int(),
  message: z.string(),
  response: z
    .looseObject({
      headers: z.record(z.string(), z.unknown()),
      data: z.unknown(),
    })
    .optional(),
  cause: z.unknown(),
});
type RequestError = z.infer<typeof RequestError>;
type Headers = Readonly<Record<string, unknown>>;

const FAULT_OF_STATUS: Readonly<Record<number, FaultName>> = {
  400: 'InvalidInput',
  401: 'PermissionDenied',
  403: 'PermissionDenied',
  404: 'NotFound',
  405: 'Conflict',
  408: 'Unavailable',
  409: 'Conflict',
  410: 'NotFound',
  422: 'InvalidInput',
  451: 'NotFound',
};
/** What a status says in words that a person understands; what GitHub adds stands behind it. */
const WORDS_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'GitHub cannot read what we sent',
  401: 'GitHub does not accept our token',
  403: 'GitHub does not allow us to do this',
  404: 'GitHub has nothing there, or does not let us see it',
  405: 'GitHub does not do this as things stand',
  409: 'at GitHub somebody else was first',
  422: 'GitHub refuses what we sent',
};
const LIMIT_WORDS = /\brate limit\b|abuse detection/i;
const DOCUMENTATION = / - https:\/\/\S+$/; // which Octokit adds to GitHub's words
const UNNAMED_WAIT_SECONDS = 60; // GitHub: "wait for at least one minute" when a secondary limit names no time

/** What a thrown thing means, and GitHub's answer when there was one. Things that are not Octokit's pass through. */
export function faultOf(
  thrown: unknown,
  what: string,
  nowMs: number,
): { readonly fault: Fault; readonly answer?: Answer; readonly headers?: Headers } {
  if (thrown instanceof Fault) return { fault: thrown };
  const parsed = RequestError.safeParse(fieldsOf(thrown));
  if (!parsed.success) throw thrown;
  const error = parsed.data;
  if (error.cause instanceof Fault) return { fault: error.cause };
  if (error.response === undefined) {
    return {
      fault: new Fault('Unavailable', `GitHub did not answer: ${error.message} (${what})`, { cause: thrown }),
    };
  }
  const { headers, data } = error.response;
  const message = error.message.replace(DOCUMENTATION, '');
  const answer = { status: error.status, data, message };
  return { fault: answeredFault({ ...error, message }, headers, { what, nowMs }), answer, headers };
}

/** A repository that was renamed or given away: GitHub says where it is by a number, which is not followed. */
export function redirected(what: string, repository: string | undefined, status: number): Fault {
  const which = repository ?? 'what we asked for';
  const words = `${which} was renamed or moved at GitHub: register it under its new name (${what}, ${status})`;
  return new Fault('NotFound', words);
}

/** Properties of an error are not enumerable everywhere; these are the ones that are read. */
function fieldsOf(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { message, cause } = thrown;
  return {
    message,
    cause,
    status: 'status' in thrown ? thrown.status : undefined,
    ...('response' in thrown && thrown.response !== undefined && { response: thrown.response }),
  };
}

function answeredFault(
  error: RequestError,
  headers: Headers,
  context: { readonly what: string; readonly nowMs: number },
): Fault {
  const said = `${error.message} (${context.what}, ${error.status})`;
  if (isLimit(error, headers)) {
    const retryAfterSeconds = waitSeconds(headers, context.nowMs);
    return new Fault('RateLimited', `GitHub asks us to wait ${retryAfterSeconds} s: ${said}`, {
      retryAfterSeconds,
    });
  }
  if (error.status >= 500) return new Fault('Unavailable', `GitHub is failing: ${said}`);
  const words = WORDS_OF_STATUS[error.status] ?? 'GitHub answered what we do not expect';
  return new Fault(FAULT_OF_STATUS[error.status] ?? 'Malformed', `${words}: ${said}`);
}

/** 403 says both "you may not" and "not now": the headers and the words tell which. */
function isLimit(error: RequestError, headers: Headers): boolean {
  if (error.status === 429) return true;
  if (error.status !== 403) return false;
  return (
    headers['retry-after'] !== undefined ||
    headers['x-ratelimit-remaining'] === '0' ||
    LIMIT_WORDS.test(error.message)
  );
}

/** Seconds until the reset that the answer names, about an hour at most; a minute when it names none that is a number. */
function waitSeconds(headers: Headers, nowMs: number): number {
  const after = namedWait(headers['retry-after']);
  if (after !== undefined) return after;
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN);
  const isSpent = headers['x-ratelimit-remaining'] === '0';
  const left = isSpent && reset > 0 ? namedWait(Math.max(0, Math.ceil(reset - nowMs / 1000))) : undefined;
  // one second more: the reset is a whole second, and asking early counts against us
  return left === undefined ? UNNAMED_WAIT_SECONDS : left + 1;
}
