import { AwsFailure } from '../types.ts';
import { type Engine, wakeKey } from './engine.ts';
import type { Token } from './frame.ts';
import { text } from './input.ts';

type Input = Record<string, unknown>;

/** SendTaskSuccess and SendTaskFailure: the first answer counts, every later one is TaskTimedOut. */
export function answerToken(engine: Engine, input: Input, outcome: Exclude<Token['outcome'], 'spent'>) {
  const token = pending(engine, input);
  if (outcome !== undefined) engine.store.putToken({ ...token, outcome });
  engine.sleeper.wake(wakeKey(token.execution, token.frame));
  return {};
}

/** SendTaskHeartbeat: the heartbeat's time begins anew. */
export function beat(engine: Engine, input: Input) {
  const token = pending(engine, input);
  if (token.heartbeatMs !== undefined) {
    engine.store.putToken({ ...token, heartbeatDue: engine.now() + token.heartbeatMs });
  }
  return {};
}

// AWS encrypts its tokens, so that one it never gave is invalid and not merely unknown.
function pending(engine: Engine, input: Input): Token {
  const token = engine.store.token(text(input, 'taskToken'));
  if (token === undefined) throw new AwsFailure('InvalidToken', "Invalid Token: 'Invalid token'");
  const due = Math.min(token.deadline ?? Infinity, token.heartbeatDue ?? Infinity);
  if (token.outcome !== undefined || engine.now() >= due) {
    throw new AwsFailure('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  }
  return token;
}
