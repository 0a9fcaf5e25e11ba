import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isBranchName, isFilePath, isRepositoryName } from './git/names.ts';
import { branchSha, readBlob, treeEntries } from './git/read-objects.ts';
import { commitEdits, createBareRepository, type Edits, moveBranch } from './git/write-objects.ts';
import { pushed } from './push.ts';
import { type BranchRulesRecord, newRecord, recordFile } from './records.ts';
import { emailOf } from './shapes/commit.ts';
import { githubTime, type Repository, type World } from './world.ts';

export type Repositories = Map<string, Repository>;
export type PushRequest = {
  readonly branch: string;
  readonly edits: Edits;
  readonly message: string;
  readonly author: string;
  /** Forget what stands on the branch and begin at `main` again. */
  readonly anew?: boolean;
};

const OWNER = 'developer';
const NO_RULES: BranchRulesRecord = {
  requiredChecks: [],
  requiredApprovals: 0,
  mergeQueue: false,
  protection: false,
  others: [],
};

/** The repositories that an earlier forge left in the folder. */
export function openRepositories(dataDir: string): Repositories {
  const found: Repositories = new Map();
  if (!existsSync(dataDir)) return found;
  for (const owner of readdirSync(dataDir)) {
    for (const file of readdirSync(join(dataDir, owner))) {
      if (!file.endsWith('.json')) continue;
      // files keep the name that the repository was born with
      const record = recordFile(join(dataDir, owner, file));
      const { name } = record.read();
      const git = gitFolder(dataDir, `${owner}/${file.slice(0, -'.json'.length)}`);
      found.set(name, { name, git, record });
    }
  }
  return found;
}

function gitFolder(dataDir: string, name: string): string {
  return join(dataDir, `${name}.git`);
}

export function known(repositories: ReadonlyMap<string, Repository>, name: string): Repository {
  const repository = repositories.get(name);
  if (repository === undefined) throw new Error(`no repository ${name}`);
  return repository;
}

/** A repository with its first commit on `main`; one that is there already is left alone. Answers the head. */
export async function createRepository(
  world: World,
  repositories: Repositories,
  request: { readonly dataDir: string; readonly name: string; readonly files: Edits },
): Promise<string> {
  const { dataDir, name, files } = request;
  if (!isRepositoryName(name)) throw new Error(`not a repository name: ${name}`);
  const existing = repositories.get(name);
  const head = existing && (await branchSha(existing.git, 'main'));
  if (head !== undefined) return head;
  const git = gitFolder(dataDir, name);
  await createBareRepository(git);
  const record = newRecord(repositories.size + 1, name, githubTime(world.now()));
  const repository = { name, git, record: recordFile(join(dataDir, `${name}.json`), record) };
  repositories.set(name, repository);
  return pushCommit(world, repository, {
    branch: 'main',
    edits: files,
    message: 'Initial commit',
    author: OWNER,
  });
}

/** Commits on a branch and lets follow what follows from a push. A branch that is not there begins at `main`. */
export async function pushCommit(
  world: World,
  repository: Repository,
  request: PushRequest,
): Promise<string> {
  const { branch, edits, message, author, anew = false } = request;
  const bad = Object.keys(edits).find((path) => !isFilePath(path));
  if (bad !== undefined || !isBranchName(branch)) throw new Error(`not a path or branch: ${bad ?? branch}`);
  const before = await branchSha(repository.git, branch);
  const parent = (anew ? undefined : before) ?? (await branchSha(repository.git, 'main'));
  const after = await commitEdits(repository.git, edits, {
    message,
    author: { name: author, email: emailOf(author) },
    at: world.now(),
    ...(parent !== undefined && { parent }),
  });
  if (!(await moveBranch(repository.git, branch, before, after))) {
    throw new Error(`${branch} of ${repository.name} moved during the push`);
  }
  await pushed(world, repository, { branch, before, after, login: author, forced: anew });
  return after;
}

export function setRules(repository: Repository, branch: string, rules: Partial<BranchRulesRecord>): void {
  repository.record.change((record) => ({
    ...record,
    rules: { ...record.rules, [branch]: { ...NO_RULES, ...rules } },
  }));
}

/** Gives a repository another name. Under the old one it is found no more: the forge redirects. */
export function rename(repositories: Repositories, from: string, to: string): void {
  const repository = known(repositories, from);
  if (!isRepositoryName(to) || repositories.has(to)) throw new Error(`not a free repository name: ${to}`);
  repository.record.change((record) => ({
    ...record,
    name: to,
    formerNames: [...record.formerNames, from],
  }));
  repositories.delete(from);
  repositories.set(to, { ...repository, name: to });
}

/** The bytes of a file on a branch. */
export async function textAt(repository: Repository, branch: string, path: string): Promise<Uint8Array> {
  const head = await branchSha(repository.git, branch);
  const [entry] = head === undefined ? [] : await treeEntries(repository.git, head, path);
  if (entry === undefined) throw new Error(`no ${path} on ${branch} of ${repository.name}`);
  return readBlob(repository.git, entry.sha);
}

/** Lets the checks that a stop of the forge cut short run again. */
export function checkAgain(world: World, repository: Repository): void {
  const { checkRuns, pulls } = repository.record.read();
  for (const { headSha, status } of checkRuns) {
    if (status === 'completed') continue;
    world.check(repository, pulls.find((pull) => pull.headSha === headSha)?.head ?? 'main', headSha);
  }
}
