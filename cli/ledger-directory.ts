import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { type LedgerSource, unhex, unreachable, type Version } from '../shared/ledger/verifier/index.ts';
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
 * `checkpoints/<size>`, since a directory cannot have the name of a file. A directory has one version of each. Throws
 * Unreachable.
 */
export function directorySource(directory: string): LedgerSource {
  const read = (path: string): readonly Version[] => {
    try {
      return [{ bytes: readFileSync(join(directory, path)) }];
    } catch (thrown) {
      const code = codeOf(thrown);
      if (code === 'ENOENT' || code === 'ENOTDIR') return [];
      // A directory in the place of a file is there, and holds nothing of what was signed.
      if (code === 'EISDIR') return [{ bytes: new Uint8Array() }];
      throw unreachable(`${path} cannot be read (${code})`);
    }
  };
  return {
    read: async (path) => read(path),
    checkpoints: async () =>
      namesIn(join(directory, CHECKPOINTS))
        .filter((name) => /^[0-9]+$/.test(name))
        .map((name) => ({ size: BigInt(name), versions: read(`${CHECKPOINTS}/${name}`) })),
  };
}

/** The names in a folder; none where it is not there, or is a file. Throws Unreachable. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw unreachable(`${folder} cannot be listed (${code})`);
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
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
