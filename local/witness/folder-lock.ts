import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

export type FolderLock = {
  /** Throws an Error where the lock is no longer ours: somebody has removed it. */
  readonly check: () => void;
  readonly release: () => void;
};

/**
 * Takes a folder for this process, a `what`. Two witnesses over one folder could both answer for a size, two clouds would
 * both run its queues: the second one is refused, with an Error that says who holds it. The lock of a process that is gone
 * is taken over.
 */
export function lockFolder(folder: string, what: string): FolderLock {
  const file = join(folder, 'lock');
  const mine = `${process.pid} ${hostname()} ${Date.now()} ${statusOf(process.pid)?.started ?? ''}`;
  if (!create(file, mine)) takeOver(file, mine, what);
  const holds = () => readIfThere(file) === mine;
  return {
    check: () => {
      if (!holds()) throw new Error(`the lock ${file} is no longer this process's: it writes nothing more`);
    },
    release: () => {
      if (holds()) rmSync(file);
    },
  };
}

/** One at a time: of two that find the same dead lock, the later one finds the earlier one's. */
function takeOver(file: string, mine: string, what: string): void {
  const turn = `${file}.turn`;
  if (!create(turn, mine))
    throw new Error(`another process takes ${file} over; where there is none, remove ${turn}`);
  try {
    const holder = readIfThere(file);
    if (holder !== undefined && !isGone(holder))
      throw new Error(`another ${what} runs over this folder (process ${holder.split(' ', 2).join(' on ')})`);
    rmSync(file, { force: true });
    if (!create(file, mine)) throw new Error(`another ${what} has just started over this folder`);
  } finally {
    rmSync(turn);
  }
}

/** Only of a process of this machine can be known whether it is gone. */
function isGone(holder: string): boolean {
  const [pid, host, , started = ''] = holder.split(' ');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const status = statusOf(Number(pid));
  // Its number may be another process's by now, or it has ended and nobody has collected it.
  return status !== undefined && (status.ended || (started !== '' && status.started !== started));
}

/** Whether a process has ended, and when it was started, in the kernel's ticks; undefined where Linux does not say so. */
function statusOf(pid: number): { readonly ended: boolean; readonly started: string } | undefined {
  const text = readIfThere(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const [state = '', ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { ended: state === 'Z' || state === 'X', started: fields[18] ?? '' };
}

function create(file: string, text: string): boolean {
  try {
    const handle = openSync(file, 'wx', 0o600);
    writeSync(handle, text);
    fsyncSync(handle);
    closeSync(handle);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
