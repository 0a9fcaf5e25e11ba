import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import type { Forge, MergeResult } from '../../ports/forge.ts';
import { type Connection, parse, repositoryOf } from './connection.ts';
import { readPullRequest } from './pull-requests.ts';

// another merge came in between; the sha still guards the head, so trying again is safe
const MOVED_BASE = /base branch was modified/i;

const Merged = z.looseObject({ merged: z.literal(true), sha: z.string() });

/** Squash merge. The call itself is the judge: what GitHub computed before is never asked. */
export function merge(connection: Connection): Pick<Forge, 'merge'> {
  return {
    merge: (repository, number, request) => {
      const done = (): Promise<MergeResult | undefined> => mergedAlready(connection, repository, number);
      return connection.write(async () => {
        const answer = await connection.once({
          route: 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge',
          parameters: {
            ...repositoryOf(repository),
            pull_number: number,
            merge_method: 'squash',
            sha: request.headSha,
            commit_title: request.title,
            commit_message: request.message,
          },
          expected: [405, 409],
        });
        if (answer.status === 200) return { kind: 'merged', sha: parse(Merged, answer.data, 'a merge').sha };
        if (MOVED_BASE.test(answer.message)) throw new Fault('Unavailable', answer.message);
        // GitHub words "merged already" like "cannot be merged": only a read tells them apart
        const already = await done();
        if (already !== undefined) return already;
        return answer.status === 409 ? { kind: 'head-moved' } : { kind: 'refused', message: answer.message };
      }, done);
    },
  };
}

async function mergedAlready(
  connection: Connection,
  repository: string,
  number: number,
): Promise<MergeResult | undefined> {
  const pull = await readPullRequest({ call: connection.once }, repository, number);
  if (pull.state !== 'merged' || pull.mergeCommitSha === undefined) return undefined;
  return { kind: 'merged', sha: pull.mergeCommitSha };
}
