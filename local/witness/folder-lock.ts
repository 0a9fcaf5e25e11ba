import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

export type FolderLock = {
  /** Throws an Error where the lock is no longer ours: somebody has removed it. */
  readonly check: () => void;
  readonly release: () => void;
};

/**
 * Takes a folder for this process. Two witnesses over one folder could both answer for a size: the second one is refused,
 * with an Error that says who holds it. The lock of a process that is gone is taken over.
 */
export function lockFolder(folder: string): FolderLock {
  const file = join(folder, 'lock');
  const mine = `${process.pid} ${hostname()} ${Date.now()}`;
  if (!create(file, mine)) takeOver(file, mine);
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
function takeOver(file: string, mine: string): void {
  const turn = `${file}.turn`;
  if (!create(turn, mine))
    throw new Error(`another process takes ${file} over; where there is none, remove ${turn}`);
  try {
    const holder = readIfThere(file);
    if (holder !== undefined && !isGone(holder))
      throw new Error(`another witness runs over this folder (process ${holder.split(' ', 2).join(' on ')})`);
    rmSync(file, { force: true });
    if (!create(file, mine)) throw new Error('another witness has just started over this folder');
  } finally {
    rmSync(turn);
  }
}

/** Only of a process of this machine can be known whether it is gone. */
function isGone(holder: string): boolean {
  const [pid, host] = holder.split(' ');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ESRCH';
  }
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
