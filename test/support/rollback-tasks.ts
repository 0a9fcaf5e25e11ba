import * as rollbacks from '../../shared/rollbacks/index.ts';

type Task = (deps: rollbacks.WorldDeps, input: never) => Promise<unknown>;

/** The use case behind each task of the state machine, by the name of its function. */
const TASKS: Readonly<Record<string, Task>> = {
  AwaitRollback: rollbacks.awaitRollback,
  ResolveCandidate: rollbacks.resolveCandidateForRollback,
  OpenRollbackPullRequest: rollbacks.openPullRequestForRollback,
  RecordCi: rollbacks.recordCi,
  CheckInvariants: rollbacks.checkInvariantsOfRollback,
  MergeRollbackPullRequest: rollbacks.mergePullRequestOfRollback,
  JudgeRecovery: rollbacks.judgeRecoveryOfRollback,
  RecordReview: rollbacks.recordReviewOfRollback,
  ExpireRollback: rollbacks.expireRollbackAtDeadline,
  HandOverRollback: rollbacks.handOverRollbackToPerson,
};

export type Answer = { readonly Payload: unknown; readonly FunctionError?: string };

/** How a task is called: with what it works on, its function's name, and what the machine sends. */
export type Invoke = typeof invokeTask;

/** Calls a task as Lambda does: JSON in, JSON out, a thrown error by its name. It is the use case, without the schema of its handler. */
export async function invokeTask(deps: rollbacks.WorldDeps, task: string, payload: unknown): Promise<Answer> {
  const run = TASKS[task];
  if (run === undefined) throw new Error(`the machine calls ${task}, which is no task`);
  return answerOf(() => run(deps, JSON.parse(JSON.stringify(payload)) as never));
}

/** What Lambda answers for what a handler does. */
export async function answerOf(work: () => Promise<unknown>): Promise<Answer> {
  try {
    const answer = (await work()) ?? {};
    return { Payload: JSON.parse(JSON.stringify(answer)) };
  } catch (thrown) {
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { FunctionError: 'Unhandled', Payload: { errorType: name, errorMessage: message } };
  }
}
