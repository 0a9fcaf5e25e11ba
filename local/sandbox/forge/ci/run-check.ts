import { spawn } from 'node:child_process';

export type CheckCommand = { readonly name: string; readonly command: readonly string[] };
export type CheckResult = {
  readonly conclusion: 'success' | 'failure' | 'timed_out';
  readonly summary: string;
};

const MOST_OUTPUT = 4000; // characters of the end of the output that become the summary

/**
 * Runs one check of a commit as a process of its own in the folder of its files, with nothing of this process's
 * environment but the path. The process group ends with the check: at its time-out, in milliseconds, or when `signal` says.
 */
export function runCheck(
  check: CheckCommand,
  folder: string,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<CheckResult> {
  const { promise, resolve } = Promise.withResolvers<CheckResult>();
  const [program = '', ...args] = check.command;
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: folder,
    detached: true, // a group of its own, so that what the check started ends with it
    stdio: ['ignore', 'pipe', 'pipe'],
    // biome-ignore lint/style/noProcessEnv: programs are found where this machine has them; nothing else is handed on
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: folder, LC_ALL: 'C', CI: 'true' },
  });
  let output = '';
  let timedOut = false;
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-MOST_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const stop = (): void => endGroup(child.pid);
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, limits.timeoutMs);
  limits.signal.addEventListener('abort', stop, { once: true });
  const end = (result: CheckResult): void => {
    clearTimeout(timer);
    limits.signal.removeEventListener('abort', stop);
    resolve(result);
  };
  child.on('error', (error) => end({ conclusion: 'failure', summary: error.message }));
  child.on('close', (code) => end({ conclusion: conclusionOf(timedOut, code), summary: output }));
  return promise;
}

function conclusionOf(timedOut: boolean, code: number | null): CheckResult['conclusion'] {
  if (timedOut) return 'timed_out';
  return code === 0 ? 'success' : 'failure';
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
