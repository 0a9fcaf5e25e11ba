import { isBranchName, isSha } from '../git/names.ts';
import { branchSha, resolveCommit } from '../git/read-objects.ts';
import { moveBranch } from '../git/write-objects.ts';
import { pushed } from '../push.ts';
import { GithubRefusal, notFound } from '../refusal.ts';
import { apiUrl } from '../shapes/repository.ts';
import { nodeId } from '../shapes/user.ts';
import type { Repository, World } from '../world.ts';
import { type Operation, pathText, textOf } from './call.ts';

function refShape(world: World, repository: Repository, branch: string, sha: string): unknown {
  const git = `${apiUrl(world, repository)}/git`;
  return {
    ref: `refs/heads/${branch}`,
    node_id: nodeId('REF', `${repository.name}:${branch}`),
    url: `${git}/refs/heads/${branch}`,
    object: { type: 'commit', sha, url: `${git}/commits/${sha}` },
  };
}

/** Only branches: the ref is `heads/<branch>`. */
function branchOf(ref: string): string {
  const branch = ref.replace(/^heads\//, '');
  if (branch === ref || !isBranchName(branch)) throw notFound();
  return branch;
}

export const getRef: Operation = async (world, call) => {
  const branch = branchOf(pathText(call, 'ref'));
  const sha = await branchSha(call.repository.git, branch);
  if (sha === undefined) throw notFound();
  return { status: 200, body: refShape(world, call.repository, branch, sha) };
};

export const createRef: Operation = async (world, call) => {
  const ref = textOf(call, 'ref') ?? '';
  const sha = textOf(call, 'sha') ?? '';
  const branch = ref.replace(/^refs\/heads\//, '');
  if (branch === ref || !isBranchName(branch)) {
    throw new GithubRefusal(422, `Reference name must be a branch: ${ref}`);
  }
  if (!isSha(sha) || (await resolveCommit(call.repository.git, sha)) === undefined) {
    throw new GithubRefusal(422, 'Object does not exist');
  }
  if (!(await moveBranch(call.repository.git, branch, undefined, sha))) {
    throw new GithubRefusal(422, 'Reference already exists');
  }
  await pushed(world, call.repository, { branch, before: undefined, after: sha, login: call.login });
  return { status: 201, body: refShape(world, call.repository, branch, sha) };
};

export const deleteRef: Operation = async (world, call) => {
  const branch = branchOf(pathText(call, 'ref'));
  const sha = await branchSha(call.repository.git, branch);
  if (sha === undefined) throw new GithubRefusal(422, 'Reference does not exist');
  if (branch === 'main') throw new GithubRefusal(422, 'Cannot delete this branch');
  await moveBranch(call.repository.git, branch, sha, undefined);
  await pushed(world, call.repository, { branch, before: sha, after: undefined, login: call.login });
  return { status: 204 };
};
