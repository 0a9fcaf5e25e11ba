import { type Clock, Fault, isoTime, millis } from '../../kernel/index.ts';
import { CHECKPOINT_METRICS } from '../contract.ts';
import { rootOf } from '../frontier.ts';
import type { LedgerHead } from '../head.ts';
import { nodeCryptography } from '../node-crypto.ts';
import type { LedgerTable } from '../ports.ts';
import { hex, isRefused, utf8 } from '../verifier/bytes.ts';
import { openCheckpoint } from '../verifier/checkpoint.ts';
import { type GrowDeps, growToHead } from './grow-to-head.ts';
import { type RingDeps, type RingKey, readKeyRing, refuseUnknownKey, signersOf } from './key-ring.ts';
import { checkpointPath, signCheckpoint } from './note.ts';
import type { CheckpointQueue, CheckpointTable, LedgerFiles, StoredCheckpoint } from './ports.ts';
import { refuseFile, refuseRoot } from './refusals.ts';

/** What a witness is asked to cosign. */
export type Uncosigned = {
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** Signed by the log, with its time line. */
  readonly note: string;
  /** The newest checkpoint before this one. */
  readonly before: StoredCheckpoint | undefined;
};

export type PublishDeps = GrowDeps &
  RingDeps & {
    readonly ledger: Pick<LedgerTable, 'head' | 'entries' | 'find'>;
    readonly checkpoints: CheckpointTable;
    readonly files: LedgerFiles;
    readonly queue: CheckpointQueue;
    readonly clock: Clock;
    /** Signature lines of witnesses, to go below the log's own; none where they cannot be had: it never throws. */
    readonly cosign?: (checkpoint: Uncosigned) => Promise<readonly string[]>;
  };

/** `covered`: a checkpoint of this size was there. `overtaken`: another publisher's is as new. `behind`: more to read, asked for again. */
export type PublishResult = {
  readonly kind: 'signed' | 'covered' | 'overtaken' | 'behind';
  readonly size: number;
};

const CRYPTO = nodeCryptography();
// Half of the function's time: a round that begins within it ends within the other half.
const MAX_GROWING_MS = 25_000;
const MAX_STORES = 5;

/**
 * Signs what the ledger's head says, once the entries say the same; on a heartbeat also what was signed before, with a new
 * time. Safe to repeat after a crash anywhere, and beside other publishers: files are written once, before what names
 * them. Throws Fault: Malformed where the ledger is not what it was, Conflict where a file is not, each counted;
 * Unavailable where it can be tried again.
 */
export async function publishCheckpoint(
  deps: PublishDeps,
  { cause }: { readonly cause: 'asked' | 'heartbeat' },
): Promise<PublishResult> {
  const { checkpoints, ledger, clock } = deps;
  const started = clock();
  // The head last: read first, it would be behind what another publisher signs meanwhile, as if the ledger had shrunk.
  const newest = await checkpoints.newest();
  const tiles = await checkpoints.tileState();
  const head = await ledger.head();
  const { size } = head;
  checkGrown(deps, head, Math.max(newest?.size ?? 0, tiles?.size ?? 0));
  const root = rootOf(head.frontier);
  if (newest?.size === size) {
    if (newest.root !== root) refuseRoot(deps.meter, `another root was signed for ${size} entries`);
    return cause === 'asked' ? { kind: 'covered', size } : await sign(deps, { size, root, newest });
  }
  const late = () => clock() - started > MAX_GROWING_MS;
  if (await growToHead(deps, { head, newest, tiles, late }))
    return await sign(deps, { size, root, newest, head });
  await deps.queue.ask(0);
  return { kind: 'behind', size };
}

function checkGrown({ meter }: PublishDeps, { size }: LedgerHead, before: number): void {
  if (size < before) refuseRoot(meter, `the ledger shrank from ${before} to ${size} entries`);
}

type ToSign = {
  readonly size: number;
  readonly root: string;
  readonly newest: StoredCheckpoint | undefined;
  /** The head that is covered for the first time; absent on a heartbeat. */
  readonly head?: LedgerHead;
};

async function sign(deps: PublishDeps, { size, root, newest, head }: ToSign): Promise<PublishResult> {
  // After the head: a key whose entry it holds is in force.
  const ring = await readKeyRing(deps);
  refuseUnknownKey(ring, deps.origin, newest);
  const { signer, before } = signersOf(ring, size, newest);
  // Times of one checkpoint never run backwards, whichever container's clock they are by.
  const now = Math.max(deps.clock(), newest === undefined ? 0 : millis(newest.signedAt));
  const note = await signCheckpoint(signer, { origin: deps.origin, size, root }, now / 1000, before);
  const lines = (await deps.cosign?.({ size, root, note, before: newest })) ?? [];
  const next = { size, root, note: note + lines.join(''), signedAt: isoTime(now) };
  // Just before it is stored: who audits in between would miss the entries that an archived checkpoint vouches for.
  if (head !== undefined) await archive(deps, next, ring);
  if (!(await store(deps, next, newest))) return { kind: 'overtaken', size };
  deps.meter.count(CHECKPOINT_METRICS.signed);
  if (head?.sealedAt !== undefined)
    deps.meter.measure(CHECKPOINT_METRICS.delay, Math.max(0, now - millis(head.sealedAt)) / 1000);
  return { kind: 'signed', size };
}

/** Keeps the checkpoint for good. One that is there was signed at another time: it must say the same. */
async function archive(
  { files, origin, meter }: PublishDeps,
  { size, root, note }: { readonly size: number; readonly root: string; readonly note: string },
  ring: readonly RingKey[],
): Promise<void> {
  const path = checkpointPath(size);
  if ((await files.putOnce(path, utf8(note))) !== 'other') return;
  const found = await files.read(path);
  if (found === undefined) throw new Fault('Unavailable', `${path} cannot be read yet`);
  const logs = ring.map(({ keys }) => keys.log);
  const opened = await openCheckpoint(found, { keys: logs, origin }, CRYPTO);
  if (isRefused(opened)) refuseFile(meter, path, `is there, and ${opened.refused}`);
  if (opened.size !== BigInt(size) || hex(opened.root) !== root)
    refuseFile(meter, path, `is there with the root ${hex(opened.root)} of size ${opened.size}`);
}

/** false where another publisher has stored one that is as new. */
async function store(
  { checkpoints }: PublishDeps,
  next: StoredCheckpoint,
  before: StoredCheckpoint | undefined,
): Promise<boolean> {
  let known = before;
  for (let attempt = 1; attempt <= MAX_STORES; attempt += 1) {
    if (await checkpoints.put(next, known)) return true;
    known = await checkpoints.newest();
    if (known !== undefined && isAsNew(known, next)) return false;
  }
  throw new Fault('Unavailable', 'the newest checkpoint moved under every attempt to store one');
}

function isAsNew(known: StoredCheckpoint, next: StoredCheckpoint): boolean {
  return known.size > next.size || (known.size === next.size && known.signedAt >= next.signedAt);
}
