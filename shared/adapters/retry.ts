import { ExponentialBackoff, fullJitterGenerator, handleWhen, retry } from 'cockatiel';
import { isFault } from '../kernel/fault.ts';

const RETRIES = 3;

/**
 * Runs a call up to 1 + 3 times while it throws Fault Unavailable, with waits of up to 1, 2 and 4 s (full jitter,
 * so that many callers do not return together). Every other fault passes through at once. Only for calls that
 * may be repeated. `firstWaitMs` scales the waits, for tests.
 */
export function retryTransient<T>(call: () => Promise<T>, firstWaitMs = 1000): Promise<T> {
  const policy = retry(
    handleWhen((thrown) => isFault(thrown, 'Unavailable')),
    {
      maxAttempts: RETRIES,
      backoff: new ExponentialBackoff({
        generator: fullJitterGenerator,
        initialDelay: firstWaitMs,
        maxDelay: 4 * firstWaitMs,
      }),
    },
  );
  return policy.execute(call);
}
