import * as z from 'zod';
import { Fault, isFault } from '../../kernel/fault.ts';
import type { Forge } from '../../ports/forge.ts';
import { type Connection, parse, repositoryOf } from './connection.ts';

const Ref = z.looseObject({ object: z.looseObject({ type: z.literal('commit'), sha: z.string() }) });
const GONE = /does not exist/i;

type Branches = Pick<Forge, 'branchHead' | 'createBranch' | 'deleteBranch'>;

export function branches(connection: Connection): Branches {
  const branchHead: Branches['branchHead'] = async (repository, branch) => {
    const answer = await connection.call({
      route: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
      parameters: { ...repositoryOf(repository), ref: `heads/${branch}` },
      expected: [409], // an empty repository has no branch
    });
    if (answer.status === 409) throw new Fault('NotFound', `${repository} is empty`);
    return parse(Ref, answer.data, `branch ${branch}`).object.sha;
  };
  return {
    branchHead,
    createBranch: async (repository, branch, sha) => {
      const answer = await connection.call({
        route: 'POST /repos/{owner}/{repo}/git/refs',
        parameters: { ...repositoryOf(repository), ref: `refs/heads/${branch}`, sha },
        expected: [422],
      });
      if (answer.status !== 422) return { taken: false, headSha: sha };
      // 422 says "exists" and "no such commit" alike, also when our own lost attempt created it
      const headSha = await branchHead(repository, branch).catch((thrown: unknown) => {
        if (!isFault(thrown, 'NotFound')) throw thrown;
        throw new Fault('InvalidInput', `branch ${branch} cannot begin at ${sha}: ${answer.message}`);
      });
      return { taken: headSha !== sha, headSha };
    },
    deleteBranch: async (repository, branch) => {
      const answer = await connection.call({
        route: 'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
        parameters: { ...repositoryOf(repository), ref: `heads/${branch}` },
        expected: [422],
      });
      if (answer.status === 422 && !GONE.test(answer.message)) {
        throw new Fault('Conflict', `branch ${branch} cannot be deleted: ${answer.message}`);
      }
    },
  };
}
