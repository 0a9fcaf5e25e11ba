import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { LedgerTable } from '../../shared/ledger/index.ts';
import type {
  CheckpointQueue,
  CheckpointTable,
  LedgerFiles,
  PublishDeps,
  Signer,
  StoredCheckpoint,
  StoredTileState,
} from '../../shared/ledger/publish/index.ts';
import type { LedgerSource } from '../../shared/ledger/verifier/index.ts';
import { fixedClock, type SteppingClock } from './chance.ts';

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const RAW_KEY_AT = 12;

/** The two stored items of a ledger in memory; it passes the same contract suite as DynamoDB. */
export function memoryCheckpoints(): CheckpointTable {
  let newest: StoredCheckpoint | undefined;
  let tiles: StoredTileState | undefined;
  return {
    newest: async () => newest,
    put: async (next, before) => {
      const moved = newest?.size !== before?.size || newest?.signedAt !== before?.signedAt;
      if (!moved) newest = next;
      return !moved;
    },
    tileState: async () => tiles,
    putTileState: async (next, before) => {
      if (tiles?.size !== before?.size) return false;
      tiles = next;
      return true;
    },
  };
}

export type MemoryFiles = LedgerFiles & { readonly stored: Map<string, Uint8Array> };

/** The ledger's files in memory; it passes the same contract suite as S3. */
export function memoryFiles(): MemoryFiles {
  const stored = new Map<string, Uint8Array>();
  return {
    stored,
    read: async (path) => stored.get(path),
    putOnce: async (path, bytes) => {
      const found = stored.get(path);
      if (found !== undefined) return Buffer.from(found).equals(bytes) ? 'same' : 'other';
      stored.set(path, Uint8Array.from(bytes));
      return 'written';
    },
  };
}

export type MemorySigner = Signer & { readonly signed: string[] };

/** An Ed25519 key that is the same in each run: it is made from its name. */
export function memorySigner(name = 'ledger'): MemorySigner {
  const seed = createHash('sha256').update(name).digest();
  const secret = createPrivateKey({
    ...{ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' },
  });
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  const signed: string[] = [];
  return {
    signed,
    publicKey: async () => new Uint8Array(spki.subarray(RAW_KEY_AT)),
    sign: async (message) => {
      signed.push(Buffer.from(message).toString());
      return new Uint8Array(sign(null, message, secret));
    },
  };
}

export type MemoryQueue = CheckpointQueue & { readonly asked: number[] };

export function memoryQueue(): MemoryQueue {
  const asked: number[] = [];
  return { asked, ask: async (delaySeconds) => void asked.push(delaySeconds) };
}

export type MemoryPublishing = Omit<PublishDeps, 'files' | 'signers' | 'queue' | 'clock'> & {
  readonly files: MemoryFiles;
  readonly signers: readonly [MemorySigner, ...MemorySigner[]];
  readonly queue: MemoryQueue;
  readonly clock: SteppingClock;
  readonly metrics: string[];
};

/** What publishing needs, over the given chain. Pauses are one turn of the loop. */
export function memoryPublishing(ledger: Pick<LedgerTable, 'head' | 'entries' | 'find'>): MemoryPublishing {
  const metrics: string[] = [];
  return {
    ...{ ledger, metrics, origin: 'example.org/test', clock: fixedClock(), pause: oneTurn, heldTiles: 4 },
    ...{
      checkpoints: memoryCheckpoints(),
      files: memoryFiles(),
      signers: [memorySigner()],
      queue: memoryQueue(),
    },
    meter: { count: (metric) => void metrics.push(metric), measure: () => undefined },
  };
}

/** The published files as an auditor finds them: the newest checkpoint, full tiles, and the partial ones as they are served. */
export async function publishedSource(
  { files, checkpoints }: Pick<PublishDeps, 'checkpoints'> & { readonly files: MemoryFiles },
  partial: ReadonlyMap<string, Uint8Array>,
): Promise<LedgerSource> {
  const newest = await checkpoints.newest();
  const note = newest === undefined ? [] : [{ bytes: Buffer.from(newest.note) }];
  const archived = [...files.stored].filter(([path]) => path.startsWith('checkpoint/'));
  return {
    read: async (path) => {
      if (path === 'checkpoint') return note;
      const bytes = files.stored.get(path) ?? partial.get(path);
      return bytes === undefined ? [] : [{ bytes }];
    },
    checkpoints: async () =>
      archived.map(([path, bytes]) => ({ size: BigInt(path.slice(11)), versions: [{ bytes }] })),
  };
}

function oneTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
