import { setTimeout as after } from 'node:timers/promises';
import { Fault } from '../../kernel/index.ts';

const TRANSIENT = new Set([
  'InternalServerError',
  'InternalServerErrorException',
  'InternalFailure',
  'InternalException',
  'KMSInternalException',
  'DependencyTimeoutException',
  'KeyUnavailableException',
  'ServiceException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'TransactionInProgressException',
  'TransactionConflictException',
  'SlowDown',
  'TimeoutError',
  'RequestTimeout',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
]);
const REFUSED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'ExpiredToken',
  'ExpiredTokenException',
]);

/** The exception's name as the AWS SDK gives it; '' for what is no error. */
export function errorName(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : '';
}

/** Whether the same call may succeed a moment later: throttled, timed out, connection lost, 5xx. */
function isTransient(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const { code } = thrown as Error & { code?: unknown };
  return TRANSIENT.has(thrown.name) || (typeof code === 'string' && TRANSIENT.has(code));
}

/** An AWS exception in the words of the domain; what is neither transient nor a refusal is a bug and stays as it is. */
export function asFault(thrown: unknown, call: string): unknown {
  if (isTransient(thrown)) return new Fault('Unavailable', `${call} did not answer`, { cause: thrown });
  if (REFUSED.has(errorName(thrown))) {
    return new Fault('PermissionDenied', `${call} was refused by AWS`, { cause: thrown });
  }
  return thrown;
}

/** Runs one AWS call; its exceptions leave as Faults. */
export async function awsCall<T>(call: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (thrown) {
    throw asFault(thrown, call);
  }
}

/** Waits before attempt `attempt` (1, 2 ...): full jitter under 25 ms doubled each time, at most 400 ms. */
export async function backOff(attempt: number): Promise<void> {
  await after(Math.random() * Math.min(400, 25 * 2 ** (attempt - 1)));
}
