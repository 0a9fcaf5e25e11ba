import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type DeployerConfig, startDeployer } from '../../../local/sandbox/deployer/deployer.ts';
import type { ApplicationSpec } from '../../../local/sandbox/deployer/types.ts';
import { gitopsFiles, manifestPath, manifestText } from '../../../local/sandbox/services/gitops.ts';
import { type Behaviour, serviceFiles } from '../../../local/sandbox/services/revisions.ts';

export const TOKEN = 'argocd-token';

/** A folder of bare repositories, and a deployer over them. */
export function makeWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-deployer-'));
  const gitDir = (repository: string) => join(folder, 'git', `${repository}.git`);
  const commit = (repository: string, files: Readonly<Record<string, string>>): string => {
    const tree = join(folder, 'work', repository);
    const git = (...command: string[]) =>
      execFileSync('git', ['--git-dir', gitDir(repository), '--work-tree', tree, ...command], {
        encoding: 'utf8',
      });
    mkdirSync(tree, { recursive: true });
    if (!existsSync(gitDir(repository)))
      execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', gitDir(repository)]);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    }
    git('add', '--all');
    const who = ['-c', 'user.name=dev', '-c', 'user.email=dev@example.org'];
    git(...who, 'commit', '--quiet', '--allow-empty', '--message', 'a change');
    return git('rev-parse', 'HEAD').trim();
  };
  return {
    folder,
    gitDir,
    commit,
    release: (service: string, behaviour: Behaviour) =>
      commit(`acme/${service}`, serviceFiles(behaviour, `${behaviour} ${crypto.randomUUID()}`)),
    promote: (service: string, environment: string, revision: string) =>
      commit('acme/gitops', {
        ...gitopsFiles(),
        [manifestPath(service, environment)]: manifestText({ service, environment, revision }),
      }),
    start: (config: Partial<DeployerConfig> = {}) =>
      startDeployer({
        dataDir: join(folder, 'deployer'),
        token: TOKEN,
        gitDir,
        speed: 10,
        timings: { progressDeadlineMs: 1500, pollMs: 50 },
        now: Date.now,
        log: () => undefined,
        ...config,
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function applicationOf(service: string, more: Partial<ApplicationSpec> = {}): ApplicationSpec {
  return {
    name: `${service}-staging`,
    service,
    environment: 'staging',
    code: `acme/${service}`,
    manifest: { repository: 'acme/gitops', branch: 'main', path: manifestPath(service, 'staging') },
    replicas: 3,
    ...more,
  };
}

/** Asks again until the answer satisfies; fails with the last answer. */
export async function until<T>(
  ask: () => T | Promise<T>,
  satisfied: (answer: T) => boolean,
  limitMs = 15_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (satisfied(answer)) return answer;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(answer)} after ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
