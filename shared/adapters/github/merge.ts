import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import type { Forge, MergeResult, PullRequest } from '../../ports/forge.ts';
import { type Answer, type Connection, parse, repositoryOf } from './connection.ts';
import { enqueue } from './merge-queue.ts';
import { readPullRequest } from './pull-requests.ts';
import { hasMergeQueue } from './rules.ts';

// another merge came in between; the sha still guards the head, so trying again is safe
const MOVED_BASE = /base branch was modified/i;
// a queue of classic protection stands in no answer but this one
const QUEUE_ONLY = /merge queue/i;

const Merged = z.looseObject({ merged: z.literal(true), sha: z.string() });

type Wanted = Parameters<Forge['merge']>[2] & { readonly repository: string; readonly number: number };

/** Squash merge, or the queue where the base has one. The call itself is the judge: what GitHub computed before is never asked. */
export function merge(connection: Connection): Pick<Forge, 'merge'> {
  return {
    merge: (repository, number, request) => {
      const wanted = { repository, number, ...request };
      return connection.write(
        () => tryMerge(connection, wanted),
        async () => doneAlready(await read(connection, wanted)),
      );
    },
  };
}

async function tryMerge(connection: Connection, wanted: Wanted): Promise<MergeResult> {
  const pull = await read(connection, wanted);
  const already = doneAlready(pull);
  if (already !== undefined) return already;
  const once = { call: connection.once };
  if (await hasMergeQueue(once, wanted.repository, pull.baseBranch)) return intoQueue(connection, wanted);
  const answer = await put(connection, wanted);
  if (answer.status === 200) return { kind: 'merged', sha: parse(Merged, answer.data, 'a merge').sha };
  if (MOVED_BASE.test(answer.message)) throw new Fault('Unavailable', answer.message);
  if (QUEUE_ONLY.test(answer.message)) return intoQueue(connection, wanted);
  return refusal(await read(connection, wanted), wanted, answer);
}

function put(connection: Connection, wanted: Wanted): Promise<Answer> {
  return connection.once({
    route: 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge',
    parameters: {
      ...repositoryOf(wanted.repository),
      pull_number: wanted.number,
      merge_method: 'squash',
      sha: wanted.headSha,
      commit_title: wanted.title,
      commit_message: wanted.message,
    },
    expected: [405, 409, 422],
  });
}

async function intoQueue(connection: Connection, wanted: Wanted): Promise<MergeResult> {
  const message = await enqueue(connection, wanted);
  if (message === undefined) return { kind: 'queued' };
  return refusal(await read(connection, wanted), wanted, { status: 422, message });
}

/** GitHub words "merged already" and "the head moved" like "cannot be merged": only a read tells them apart. */
function refusal(pull: PullRequest, wanted: Wanted, answer: Pick<Answer, 'status' | 'message'>): MergeResult {
  const already = doneAlready(pull);
  if (already !== undefined) return already;
  if (answer.status === 409 || pull.headSha !== wanted.headSha) return { kind: 'head-moved' };
  if (pull.state === 'closed') return { kind: 'refused', message: `pull request ${pull.number} is closed` };
  return { kind: 'refused', message: answer.message };
}

function doneAlready(pull: PullRequest): MergeResult | undefined {
  if (pull.state !== 'merged' || pull.mergeCommitSha === undefined) return undefined;
  return { kind: 'merged', sha: pull.mergeCommitSha };
}

function read(connection: Connection, { repository, number }: Wanted): Promise<PullRequest> {
  return readPullRequest({ call: connection.once }, repository, number);
}
