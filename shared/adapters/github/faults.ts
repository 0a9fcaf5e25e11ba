import * as z from 'zod';
import { Fault, type FaultName } from '../../kernel/fault.ts';
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
  409: 'Conflict',
  410: 'NotFound',
  422: 'InvalidInput',
  451: 'NotFound',
};
const LIMIT_WORDS = /\brate limit\b|abuse detection/i;
const UNNAMED_WAIT_SECONDS = 60; // GitHub: "wait for at least one minute" when a secondary limit names no time

/** What a thrown thing means, and GitHub's answer when there was one. Things that are not Octokit's pass through. */
export function faultOf(
  thrown: unknown,
  what: string,
  nowMs: number,
): { readonly fault: Fault; readonly answer?: Answer } {
  if (thrown instanceof Fault) return { fault: thrown };
  const parsed = RequestError.safeParse(fieldsOf(thrown));
  if (!parsed.success) throw thrown;
  const error = parsed.data;
  if (error.cause instanceof Fault) return { fault: error.cause };
  if (error.response === undefined) {
    return {
      fault: new Fault('Unavailable', `${what} was not answered: ${error.message}`, { cause: thrown }),
    };
  }
  const answer = { status: error.status, data: error.response.data, message: error.message };
  return { fault: answeredFault(error, error.response.headers, { what, nowMs }), answer };
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
  const said = `${context.what} answered ${error.status}: ${error.message}`;
  if (isLimit(error, headers)) {
    return new Fault('RateLimited', said, { retryAfterSeconds: waitSeconds(headers, context.nowMs) });
  }
  if (error.status >= 500) return new Fault('Unavailable', said);
  return new Fault(FAULT_OF_STATUS[error.status] ?? 'Malformed', said);
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

/** Seconds until the reset that the answer names; a minute when it names none. */
function waitSeconds(headers: Headers, nowMs: number): number {
  const after = Number(headers['retry-after'] ?? Number.NaN);
  if (after >= 0) return after;
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN);
  const isSpent = headers['x-ratelimit-remaining'] === '0';
  // one second more: the reset is a whole second, and asking early counts against us
  return isSpent && reset > 0 ? Math.max(0, Math.ceil(reset - nowMs / 1000)) + 1 : UNNAMED_WAIT_SECONDS;
}
