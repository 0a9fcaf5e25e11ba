import { parseDocument } from 'yaml';
import type { RunningApplication, Target } from './application.ts';
import { branchHead, fileAt } from './git.ts';
import type { Log } from './types.ts';

type Config = {
  readonly gitDir: (repository: string) => string;
  readonly applications: () => readonly RunningApplication[];
  readonly pollMs: number;
  readonly log: Log;
};

/** Reads the manifests of all applications again and again, until it is stopped. */
export function watchManifests(config: Config): { readonly stop: () => Promise<void> } {
  const stopped = new AbortController();
  const known = new Map<string, { readonly head: string; readonly target: Target }>();
  const loop = async () => {
    while (!stopped.signal.aborted) {
      await look(config, known).catch((error: unknown) => config.log(`looking at git failed: ${error}`));
      await pause(config.pollMs, stopped.signal);
    }
  };
  const done = loop();
  return {
    stop: () => {
      stopped.abort();
      return done;
    },
  };
}

/** One `rev-parse` per repository and branch, however many applications; a manifest is read when its branch moved. */
async function look(
  config: Config,
  known: Map<string, { readonly head: string; readonly target: Target }>,
): Promise<void> {
  const heads = new Map<string, Promise<string | undefined>>();
  const looks = config.applications().map(async (application) => {
    const { name, manifest } = application.spec;
    const gitDir = config.gitDir(manifest.repository);
    const branch = `${manifest.repository} ${manifest.branch}`;
    const asked = heads.get(branch) ?? branchHead(gitDir, manifest.branch);
    heads.set(branch, asked);
    const head = await asked;
    if (head === undefined) return application.observe({ problem: `there is no branch ${branch}` });
    const before = known.get(name);
    const target =
      before?.head === head ? before.target : targetOf(await fileAt(gitDir, head, manifest.path));
    known.set(name, { head, target });
    await application.observe(target);
  });
  await Promise.all(looks);
}

/** The commit an Application document asks for. */
function targetOf(text: string | undefined): Target {
  if (text === undefined) return { problem: 'the manifest does not exist' };
  const document = parseDocument(text);
  if (document.errors.length > 0)
    return { problem: `the manifest is not YAML: ${document.errors[0]?.message}` };
  const revision = document.getIn(['spec', 'source', 'targetRevision']);
  if (typeof revision === 'string' && /^[0-9a-f]{40}$/.test(revision)) return { revision };
  return { problem: `/spec/source/targetRevision is no full commit sha: ${String(revision)}` };
}

function pause(milliseconds: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stopped.aborted) return resolve();
    const timer = setTimeout(resolve, milliseconds);
    stopped.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
