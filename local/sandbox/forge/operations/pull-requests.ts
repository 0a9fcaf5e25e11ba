import { branchSha, changedFiles, countCommits, mergeBase } from '../git/read-objects.ts';
import { mergeability } from '../merging.ts';
import { tellPull } from '../push.ts';
import { nextNumber, type PullRecord, withPull } from '../records.ts';
import { GithubRefusal, validationFailed } from '../refusal.ts';
import { diffEntryShape } from '../shapes/commit.ts';
import { fullPullShape, type PullDetails, pullShape } from '../shapes/pull-request.ts';
import { githubTime, type World } from '../world.ts';
import { type Call, type Operation, onePage, pullOf, textOf } from './call.ts';

export const createPull: Operation = async (world, call) => {
  const { repository } = call;
  const base = textOf(call, 'base') ?? '';
  const head = ownBranch(call, textOf(call, 'head') ?? '');
  const [baseSha, headSha] = [await branchSha(repository.git, base), await branchSha(repository.git, head)];
  if (baseSha === undefined) throw invalid('base');
  if (headSha === undefined) throw invalid('head');
  await refuseDouble(call, { base, head, baseSha, headSha });
  const at = githubTime(world.now());
  const pull: PullRecord = {
    id: repository.record.nextId(),
    number: nextNumber(repository.record.read()),
    title: textOf(call, 'title') ?? '',
    body: textOf(call, 'body') ?? null,
    head,
    headSha,
    base,
    baseSha,
    state: 'open',
    login: call.login,
    labels: [],
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    merge: null,
  };
  repository.record.change((record) => ({ ...record, pulls: [...record.pulls, pull] }));
  tellPull(world, repository, call.login, 'opened', pull);
  world.check(repository, head, headSha);
  return { status: 201, body: await fullShape(world, call, pull) };
};

function invalid(field: string): GithubRefusal {
  return new GithubRefusal(422, 'Validation Failed', [{ resource: 'PullRequest', field, code: 'invalid' }]);
}

/** `head` may carry the owner; other owners' branches (forks) do not exist here. */
function ownBranch(call: Call, head: string): string {
  const [owner = ''] = call.repository.name.split('/');
  return head.startsWith(`${owner}:`) ? head.slice(owner.length + 1) : head;
}

async function refuseDouble(
  call: Call,
  sides: {
    readonly base: string;
    readonly head: string;
    readonly baseSha: string;
    readonly headSha: string;
  },
): Promise<void> {
  const [owner = ''] = call.repository.name.split('/');
  const { base, head, baseSha, headSha } = sides;
  const open = call.repository.record.read().pulls.filter((pull) => pull.state === 'open');
  if (open.some((pull) => pull.head === head && pull.base === base)) {
    throw validationFailed('PullRequest', 'head', `A pull request already exists for ${owner}:${head}.`);
  }
  if ((await countCommits(call.repository.git, baseSha, headSha)) === 0) {
    throw validationFailed('PullRequest', 'head', `No commits between ${base} and ${head}`);
  }
}

async function fullShape(world: World, call: Call, pull: PullRecord): Promise<unknown> {
  return fullPullShape(world, call.repository, pull, await detailsOf(world, call, pull));
}

async function detailsOf(world: World, call: Call, pull: PullRecord): Promise<PullDetails> {
  const { git } = call.repository;
  const from = (await mergeBase(git, pull.baseSha, pull.headSha)) ?? pull.baseSha;
  const files = await changedFiles(git, from, pull.headSha);
  return {
    ...(await mergeability(world, call.repository, pull)),
    commits: await countCommits(git, from, pull.headSha),
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changedFiles: files.length,
  };
}

/** Newest first. As on GitHub, a `head` without an owner is ignored. */
export const listPulls: Operation = async (world, call) => {
  const state = call.query.get('state') ?? 'open';
  const base = call.query.get('base');
  const head = call.query.get('head');
  const [owner = ''] = call.repository.name.split('/');
  const pulls = call.repository.record
    .read()
    .pulls.filter((pull) => state === 'all' || pull.state === state)
    .filter((pull) => base === null || pull.base === base)
    .filter((pull) => head === null || !head.includes(':') || head === `${owner}:${pull.head}`)
    .toReversed();
  const page = onePage(pulls, call.query).map((pull) => pullShape(world, call.repository, pull));
  return { status: 200, body: page, total: pulls.length };
};

export const getPull: Operation = async (world, call) => ({
  status: 200,
  body: await fullShape(world, call, pullOf(call)),
});

export const updatePull: Operation = async (world, call) => {
  const { repository } = call;
  const before = pullOf(call);
  const state = textOf(call, 'state');
  if (state === 'open' && before.state === 'closed')
    throw validationFailed('PullRequest', 'state', 'state cannot be changed.');
  const at = githubTime(world.now());
  const closes = state === 'closed' && before.state === 'open';
  const pull: PullRecord = {
    ...before,
    title: textOf(call, 'title') ?? before.title,
    body: textOf(call, 'body') ?? before.body,
    updatedAt: at,
    ...(closes && { state: 'closed', closedAt: at }),
  };
  repository.record.change((record) => withPull(record, pull.number, () => pull));
  tellPull(world, repository, call.login, closes ? 'closed' : 'edited', pull);
  return { status: 200, body: await fullShape(world, call, pull) };
};

export const listPullFiles: Operation = async (world, call) => {
  const pull = pullOf(call);
  const { git } = call.repository;
  const from = (await mergeBase(git, pull.baseSha, pull.headSha)) ?? pull.baseSha;
  const files = await changedFiles(git, from, pull.headSha);
  const page = onePage(files, call.query);
  return {
    status: 200,
    body: page.map((file) => diffEntryShape(world, call.repository, file, pull.headSha)),
    total: files.length,
  };
};
