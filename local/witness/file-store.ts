import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { Fault } from '../../shared/kernel/index.ts';
import type { Witnessed, WitnessStore } from '../../shared/ledger/witness/index.ts';
import type { FolderLock } from './folder-lock.ts';

const Decimal = z.string().regex(/^(?:0|[1-9][0-9]{0,19})$/);
const Stored = z.object({
  v: z.literal(1),
  origin: z.string(),
  size: Decimal,
  root: z.string().regex(/^[0-9a-f]{64}$/),
  time: Decimal,
  note: z.string(),
});

/**
 * A witness's memory in files, one for each log. Between the look at what is stored and the rename nothing else runs in
 * this process, and the lock keeps other processes out: together the one step that the port promises.
 */
export function fileWitnessStore(folder: string, lock: Pick<FolderLock, 'check'>): WitnessStore {
  const logs = join(folder, 'logs');
  const fileOf = (origin: string) => join(logs, `${createHash('sha256').update(origin).digest('hex')}.json`);
  return {
    read: async (origin) => readStored(fileOf(origin), origin),
    put: async (origin, next, before) => {
      lock.check();
      const file = fileOf(origin);
      const stored = readStored(file, origin);
      if (stored?.size !== before?.size || stored?.root !== before?.root || stored?.time !== before?.time)
        return false;
      const { size, root, time, note } = next;
      const text = JSON.stringify({ v: 1, origin, size: String(size), root, time: String(time), note });
      writeDurably(`${file}.next`, text);
      renameSync(`${file}.next`, file);
      syncFolder(logs);
      return true;
    },
  };
}

function readStored(file: string, origin: string): Witnessed | undefined {
  if (!existsSync(file)) return undefined;
  const read = Stored.safeParse(jsonOf(readFileSync(file, 'utf8')));
  // It is refused, not forgotten: a witness that forgets cosigns a history that was rolled back.
  if (!read.success || read.data.origin !== origin)
    throw new Fault('Malformed', `what is stored of the log "${origin}" cannot be read: ${file}`);
  const { size, root, time, note } = read.data;
  return { size: BigInt(size), root, time: BigInt(time), note };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function writeDurably(file: string, text: string): void {
  const handle = openSync(file, 'w', 0o600);
  writeSync(handle, text);
  fsyncSync(handle);
  closeSync(handle);
}

/** A rename is on the disk only when its folder is. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
