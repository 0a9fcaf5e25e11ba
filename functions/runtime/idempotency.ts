import type { IdempotencyKeys, IdempotencyUse } from '../../shared/adapters/aws/dynamodb-idempotency.ts';
import { Fault, isFault, sha256Hex } from '../../shared/kernel/index.ts';
import type { HttpAnswer } from './problem.ts';

const KEEP_SECONDS = 86_400;
// Longer than API Gateway waits for an answer (30 s): after that nobody is working on it any more.
const BUSY_SECONDS = 60;

/** A request as its idempotency key sees it: `caller` and `route` make the scope, `content` is all that must be the same again. */
export type KeyedRequest = {
  readonly key: string;
  readonly caller: string;
  readonly route: string;
  readonly content: readonly (Uint8Array | string)[];
  /** Milliseconds. */
  readonly now: number;
};

/**
 * Answers a write once per key and 24 h. The same key with the same content gets the stored answer; with other content,
 * or while the first is still worked on, Fault('Conflict'). A request that throws gives its key back.
 */
export async function answerOnce(
  keys: IdempotencyKeys,
  request: KeyedRequest,
  work: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const use: IdempotencyUse = {
    scope: `${request.caller}#${request.route}`,
    key: request.key,
    requestHash: sha256Hex(...request.content),
    now: Math.floor(request.now / 1000),
  };
  const held = await keys.begin(use, BUSY_SECONDS);
  if (held === undefined) return await firstAnswer(keys, use, work);
  if (held.requestHash !== use.requestHash) {
    throw new Fault('Conflict', 'this Idempotency-Key was used with another request');
  }
  if (held.answer === undefined) {
    throw new Fault('Conflict', 'the first request under this Idempotency-Key is still being worked on');
  }
  return JSON.parse(held.answer) as HttpAnswer;
}

async function firstAnswer(
  keys: IdempotencyKeys,
  use: IdempotencyUse,
  work: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  let answer: HttpAnswer;
  try {
    answer = await work();
  } catch (thrown) {
    if (isFault(thrown)) await keys.release(use);
    throw thrown;
  }
  await keys.finish(use, JSON.stringify(answer), KEEP_SECONDS);
  return answer;
}
