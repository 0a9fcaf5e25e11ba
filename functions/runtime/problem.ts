import { type Fault, type FaultName, isFault } from '../../shared/kernel/index.ts';
import { logger } from './observe.ts';

export type HttpAnswer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether the body is base64 of the bytes that are sent. */
  readonly isBase64Encoded?: true;
};

/** The one place where a refusal becomes an HTTP status. */
const PROBLEMS: Readonly<Record<FaultName, { readonly status: number; readonly title: string }>> = {
  InvalidInput: { status: 400, title: 'The request is not valid' },
  Unauthenticated: { status: 401, title: 'Who sent this could not be verified' },
  Forbidden: { status: 403, title: 'Not allowed' },
  NotFound: { status: 404, title: 'Not found' },
  Conflict: { status: 409, title: 'Somebody else was first' },
  TooLarge: { status: 413, title: 'Too large' },
  QuotaExceeded: { status: 429, title: 'A quota is used up' },
  KillSwitchOn: { status: 409, title: 'The kill switch is on' },
  PermissionDenied: { status: 502, title: 'An outside system refused our credentials' },
  RateLimited: { status: 503, title: 'An outside system asked us to wait' },
  Unavailable: { status: 503, title: 'An outside system does not answer' },
  Malformed: { status: 502, title: 'An outside system answered what it may not' },
};

/** RFC 9457 answer for whatever was thrown. What is no Fault is a bug: 500, logged, and nothing of it leaves the house. */
export function problem(thrown: unknown, correlationId: string): HttpAnswer {
  if (isFault(thrown)) return faultProblem(thrown, correlationId);
  logger.error('an unexpected error ended a request', { error: thrown, correlationId });
  return problemAnswer(500, {
    type: 'about:blank',
    title: 'Unexpected error',
    detail: 'this is a bug of Holdfast; the correlation id finds it in the log',
    errors: [],
    correlationId,
  });
}

function faultProblem(fault: Fault, correlationId: string): HttpAnswer {
  const { status, title } = PROBLEMS[fault.name];
  logger.info('a request was refused', { fault: fault.name, detail: fault.message, status, correlationId });
  const answer = problemAnswer(status, {
    type: `urn:holdfast:fault:${fault.name}`,
    title,
    detail: fault.message,
    errors: fault.issues,
    correlationId,
  });
  if (fault.retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(fault.retryAfterSeconds) } };
}

function problemAnswer(status: number, body: Readonly<Record<string, unknown>>): HttpAnswer {
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-correlation-id': String(body.correlationId),
    },
    body: JSON.stringify({ ...body, status }),
  };
}
