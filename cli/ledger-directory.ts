import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { type LedgerSource, unhex, type Version } from '../shared/ledger/verifier/index.ts';
import { cliError, EXIT } from './command.ts';

/** What an export without a checkpoint says of itself; nobody vouches for it. */
const Head = z.looseObject({
  ledgerId: z.string(),
  size: z.int().min(0),
  root: z.string().regex(/^[0-9a-f]{64}$/),
});
export type UnsignedHead = { readonly ledgerId: string; readonly size: number; readonly root: Uint8Array };

const CHECKPOINTS = 'checkpoints';
const HEAD = 'head.json';

/**
 * A directory in the C2SP tlog-tiles layout: `tile/...` and `checkpoint`. Earlier checkpoints lie under
 * `checkpoints/<size>`, since a directory cannot have the name of a file. A directory has one version of each.
 */
export function directorySource(directory: string): LedgerSource {
  const read = (path: string): readonly Version[] => {
    const file = join(directory, path);
    return existsSync(file) ? [{ bytes: readFileSync(file) }] : [];
  };
  return {
    read: async (path) => read(path),
    checkpoints: async () => {
      const folder = join(directory, CHECKPOINTS);
      const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^[0-9]+$/.test(name)) : [];
      return names.map((name) => ({ size: BigInt(name), versions: read(`${CHECKPOINTS}/${name}`) }));
    },
  };
}

export function hasCheckpoint(directory: string): boolean {
  return existsSync(join(directory, 'checkpoint'));
}

/** The head beside an unsigned export. Throws a usage error where there is none that can be read. */
export function unsignedHead(directory: string): UnsignedHead {
  try {
    const { ledgerId, size, root } = Head.parse(JSON.parse(readFileSync(join(directory, HEAD), 'utf8')));
    return { ledgerId, size, root: unhex(root) ?? new Uint8Array() };
  } catch {
    throw cliError(`${directory} is no export: it holds neither checkpoint nor ${HEAD}`, EXIT.usage);
  }
}

/** Throws a usage error unless the directory is new or empty. */
export function startExport(directory: string): void {
  if (existsSync(directory) && readdirSync(directory).length > 0)
    throw cliError(`${directory} is not empty`, EXIT.usage);
  mkdirSync(directory, { recursive: true });
}

export function writeExported(directory: string, path: string, bytes: Uint8Array | string): void {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

export function writeHead(directory: string, head: unknown): void {
  writeExported(directory, HEAD, `${JSON.stringify(head)}\n`);
}
