import { spawn } from 'node:child_process';

export type GitAnswer = { readonly code: number; readonly stdout: Buffer; readonly stderr: string };
type GitOptions = { readonly input?: string | Buffer; readonly env?: Readonly<Record<string, string>> };

/** Commands that only read objects: named by full shas, their answer never changes. */
const READS: readonly string[] = [
  'cat-file',
  'diff-tree',
  'log',
  'ls-tree',
  'merge-base',
  'merge-tree',
  'rev-list',
  'rev-parse',
];
const NAMES_SHAS = /^[0-9a-f]{40}(\.\.[0-9a-f]{40}|\^\{commit\})?$/;
const KEPT = 5000;
const kept = new Map<string, Promise<GitAnswer>>();

/** Runs git, or answers what it answered before: most questions to a forge are about commits that it was asked about already. */
export async function tryGit(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitAnswer> {
  if (!isUnchanging(args)) return start(directory, args, options);
  const question = [directory, ...args].join('\n');
  const known = kept.get(question);
  if (known !== undefined) return known;
  const asked = start(directory, args, options);
  kept.set(question, asked);
  if (kept.size > KEPT) kept.delete([...kept.keys()][0] ?? '');
  const forget = (): boolean => kept.delete(question);
  asked.then(({ code }) => code === 0 || forget(), forget);
  return asked;
}

/** Everything that could be the name of a revision is a full sha. */
function isUnchanging([command = '', ...rest]: readonly string[]): boolean {
  const end = rest.indexOf('--');
  const names = (end === -1 ? rest : rest.slice(0, end)).filter(
    (arg) => !arg.startsWith('-') && arg !== 'blob',
  );
  return READS.includes(command) && names.length > 0 && names.every((name) => NAMES_SHAS.test(name));
}

/**
 * Runs git in a bare repository without a shell, and without the configuration of the machine or its user, so that
 * a sandbox behaves the same everywhere. Arguments must be checked names or full shas. A failure is an answer.
 */
function start(directory: string, args: readonly string[], options: GitOptions): Promise<GitAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<GitAnswer>();
  const child = spawn('git', ['--literal-pathspecs', `--git-dir=${directory}`, ...args], {
    cwd: directory,
    env: {
      // biome-ignore lint/style/noProcessEnv: git is found where this machine has it; nothing else is taken over
      PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
      HOME: directory,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      ...options.env,
    },
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.on('error', reject);
  child.on('close', (code) =>
    resolve({ code: code ?? 1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8') }),
  );
  // git may end before it has read all of its input; that is told by its exit code
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return promise;
}

/** As `tryGit`, for calls that only a broken repository can make fail: throws with git's own words. */
export async function runGit(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<Buffer> {
  const answer = await tryGit(directory, args, options);
  if (answer.code === 0) return answer.stdout;
  throw new Error(`git ${args.join(' ')} failed with ${answer.code}: ${answer.stderr}`);
}

/** One line of text that git answered, without its line end. */
export async function gitLine(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  return (await runGit(directory, args, options)).toString('utf8').trim();
}
