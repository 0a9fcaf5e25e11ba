import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ForgeOptions,
  type SandboxForge,
  startForge,
} from '../../../local/sandbox/forge/start-forge.ts';
import { githubForge } from '../../../shared/adapters/github/github-forge.ts';
import type { Forge } from '../../../shared/ports/forge.ts';

export const REPOSITORY = 'acme/gitops';
export const PATH = 'apps/shop/staging.yaml';
export const BRANCH = 'rollback/shop-staging-0a1b2c3';
export const TOKEN = 'bot-token';

export type Sandbox = {
  readonly forge: SandboxForge;
  readonly github: Forge;
  /** Head of `main`. */
  readonly head: string;
  /** Where its repositories are. */
  readonly dataDir: string;
  readonly close: () => Promise<void>;
};

/** A sandbox forge with one repository, and the adapter that talks to it without long waits. */
export async function startSandbox(options: Partial<ForgeOptions> = {}): Promise<Sandbox> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'holdfast-forge-')));
  const forge = await startForge({
    now: () => Date.now(),
    log: () => undefined,
    token: TOKEN,
    people: { ada: 'ada-token' },
    ...options,
    dataDir,
  });
  const head = await forge.createRepository(REPOSITORY, {
    [PATH]: 'revision: one\n',
    'README.md': '# gitops\n',
  });
  return {
    forge,
    github: adapter(forge.url),
    head,
    dataDir,
    close: async () => {
      await forge.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export function adapter(baseUrl: string, token = TOKEN, timeoutMs = 5000): Forge {
  return githubForge({ baseUrl, token, now: () => Date.now(), timeoutMs, firstWaitMs: 5 });
}

/** Opens a rollback pull request as the workflow does: branch, one commit, pull request. */
export async function openRollback(sandbox: Sandbox, text = 'revision: zero\n', branch = BRANCH) {
  const { github } = sandbox;
  const base = await github.branchHead(REPOSITORY, 'main');
  await github.createBranch(REPOSITORY, branch, base);
  const file = await github.readFile(REPOSITORY, PATH, branch);
  await github.commitFile({
    repository: REPOSITORY,
    branch,
    path: PATH,
    text,
    blobSha: file.blobSha,
    message: 'revert: go back',
  });
  return github.openPullRequest({
    repository: REPOSITORY,
    headBranch: branch,
    baseBranch: 'main',
    title: 'Roll back shop in staging',
    body: 'because',
    labels: ['rollback', 'shop-staging'],
  });
}

/** Many commits on a branch of its own, each of them with as many new files, in one run of git. */
export function importHistory(sandbox: Sandbox, branch: string, commits: number, files = 1): void {
  const made = Array.from({ length: commits }, (_, i) =>
    [
      `commit refs/heads/${branch}`,
      `committer ada <ada@example.com> ${1_700_000_000 + i} +0000`,
      `data <<END\nfeat: ${i}\nEND`,
      ...(i === 0 ? [`from ${sandbox.head}`] : []),
      ...Array.from({ length: files }, (_, n) => `M 100644 inline ${branch}/${n}.txt\ndata <<END\n${i}\nEND`),
      '',
    ].join('\n'),
  );
  const git = ['--git-dir', join(sandbox.dataDir, `${REPOSITORY}.git`), 'fast-import', '--quiet'];
  const { status, stderr } = spawnSync('git', git, { input: `${made.join('\n')}\n` });
  if (status !== 0) throw new Error(`git fast-import failed: ${String(stderr)}`);
}
