import { Fault } from '../../kernel/index.ts';
import { nodeCryptography } from '../node-crypto.ts';
import type { LedgerTable } from '../ports.ts';
import { isRefused } from '../verifier/bytes.ts';
import { KEY_KIND, keyEntryId, keyStatementText } from '../verifier/key-statement.ts';
import { splitNote } from '../verifier/signed-note.ts';
import { type LogKeys, ledgerKeyLines, logKeys } from './note.ts';
import type { Signer, StoredCheckpoint } from './ports.ts';

/** A key that is or was in force. */
export type RingKey = {
  readonly generation: number;
  readonly signer: Signer;
  readonly keys: LogKeys;
  /** The place of its entry; -1 for the first key, which none names. It vouches for what is larger. */
  readonly seq: number;
};

export type RingDeps = {
  readonly ledger: Pick<LedgerTable, 'find'>;
  /** The first key, and those that follow or may follow it, in their order. */
  readonly signers: readonly [Signer, ...Signer[]];
  /** The name of the ledger, and of its keys. */
  readonly origin: string;
};

const CRYPTO = nodeCryptography();

/** The text of the statement that a key is number so and so of a ledger. */
export async function statementTextOf(
  { origin }: Pick<RingDeps, 'origin'>,
  generation: number,
  signer: Signer,
): Promise<string> {
  const [log, clock] = await ledgerKeyLines(origin, await signer.publicKey());
  return keyStatementText({ origin, generation, log, clock });
}

/** The entry that puts a key in force; undefined while it is not sealed. The id follows from the public key alone. */
export async function keyEntry(deps: RingDeps, generation: number, signer: Signer) {
  const id = await keyEntryId(await statementTextOf(deps, generation, signer), generation, CRYPTO);
  return await deps.ledger.find({ kind: KEY_KIND, id, rev: 1 });
}

/**
 * The keys that the ledger itself names, the first one before them: what is asked is the sealed entries, so that nobody has
 * to remember a rotation. Read it after the head: then no entry of the head is missed. Throws Fault: Unavailable,
 * PermissionDenied, Malformed: who cannot tell which key is in force signs nothing.
 */
export async function readKeyRing(deps: RingDeps): Promise<readonly RingKey[]> {
  const [first, ...later] = deps.signers;
  const ring: RingKey[] = [await ringKey(deps, { generation: 1, signer: first, seq: -1 })];
  for (const signer of later) {
    const generation = ring.length + 1;
    const entry = await keyEntry(deps, generation, signer);
    if (entry === undefined) break;
    ring.push(await ringKey(deps, { generation, signer, seq: entry.seq }));
  }
  return ring;
}

async function ringKey({ origin }: RingDeps, key: Omit<RingKey, 'keys'>): Promise<RingKey> {
  return { ...key, keys: await logKeys(origin, await key.signer.publicKey()) };
}

/**
 * Who signs a size: the key that is in force then. Where it was not yet at the newest checkpoint, so that this is its
 * first, those in force from there on sign as well.
 */
export function signersOf(
  ring: readonly RingKey[],
  size: number,
  newest: Pick<StoredCheckpoint, 'size'> | undefined,
): { readonly signer: Signer; readonly before: readonly Signer[] } {
  const at = placeInForce(ring, size);
  const signers = ring.slice(placeInForce(ring, newest?.size ?? 0), at).map(({ signer }) => signer);
  const own = ring[at];
  if (own === undefined) throw new RangeError('a ring has its first key');
  return { signer: own.signer, before: signers };
}

function placeInForce(ring: readonly RingKey[], size: number): number {
  return Math.max(
    0,
    ring.findLastIndex(({ seq }) => seq < size),
  );
}

/** A checkpoint that bears a signature of the ledger's name which is none of its keys': this deployment has too few of them. */
export function refuseUnknownKey(
  ring: readonly RingKey[],
  origin: string,
  newest: StoredCheckpoint | undefined,
): void {
  const split = splitNote(newest?.note ?? '');
  if (isRefused(split)) return;
  const known = ring.flatMap(({ keys }) => [keys.log.id, keys.clock.id]);
  const foreign = split.lines.find(({ name, id }) => name === origin && !known.includes(id));
  if (foreign === undefined) return;
  throw new Fault(
    'Malformed',
    `no checkpoint is signed: the newest is signed by ${origin}+${foreign.id}, and of ledgerKeys none that is in force is that`,
  );
}

/** The key file of a ledger: two lines for each key, the first key first, with a remark where each later one begins. */
export async function keyFileLines(deps: RingDeps): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { generation, signer, seq } of await readKeyRing(deps)) {
    if (generation > 1) lines.push(`# key ${generation}: in force from entry ${seq} on`);
    lines.push(...(await ledgerKeyLines(deps.origin, await signer.publicKey())));
  }
  return lines;
}
