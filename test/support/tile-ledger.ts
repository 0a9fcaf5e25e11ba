import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { append, emptyHead, type Unsealed } from '../../shared/ledger/index.ts';
import { nodeCryptography } from '../../shared/ledger/node-crypto.ts';
import { hashOfLeaf, hashOfNode, tileBuilder } from '../../shared/ledger/tiles.ts';
import {
  checkpointText,
  cosignedMessage,
  isRefused,
  type LedgerSource,
  NOTE_TYPES,
  readVerifierKey,
  signatureLine,
  u64,
  type VerifierKey,
  type Version,
  verifierKeyText,
} from '../../shared/ledger/verifier/index.ts';

/** A ledger as it is published: files with their versions, and checkpoints by size. */
export type Published = {
  readonly files: Map<string, readonly Version[]>;
  readonly checkpoints: Map<number, readonly Version[]>;
};
/** `clock`: the log's key once more, as a cosigner of its own checkpoints. */
export type Signing = {
  readonly log: SigningKey;
  readonly witness: SigningKey;
  readonly clock: SigningKey;
};
export type SigningKey = {
  readonly verifier: VerifierKey;
  readonly vkey: string;
  readonly secret: KeyObject;
};
export type Publishing = {
  readonly signing: Signing;
  readonly origin: string;
  readonly sizes: readonly number[];
  readonly time: number;
  /** Whether the log's clock signs too, as it does where the ledger is published for real. */
  readonly clocked?: boolean;
};

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const RAW_KEY_AT = 12;
const SEALED_AT = Date.parse('2026-11-21T10:00:01Z');

/** Keys that are the same in each run: they are made from their names. */
export async function signingFor(origin: string): Promise<Signing> {
  return {
    log: await signingKey(origin, NOTE_TYPES.ed25519),
    witness: await signingKey(`witness.${origin}`, NOTE_TYPES.cosignature),
    clock: await signingKey(origin, NOTE_TYPES.cosignature),
  };
}

async function signingKey(name: string, type: VerifierKey['type'], secretOf = name): Promise<SigningKey> {
  const seed = createHash('sha256').update(secretOf).digest();
  const der = Buffer.concat([PKCS8_ED25519, seed]);
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(RAW_KEY_AT);
  const key = { algorithm: 'ed25519', bytes: new Uint8Array(raw) } as const;
  const vkey = await verifierKeyText(name, { type, key }, nodeCryptography());
  const verifier = await readVerifierKey(vkey, nodeCryptography());
  if (isRefused(verifier)) throw new Error(verifier.refused);
  return { verifier, vkey, secret };
}

/** The key that follows the log's: its line for signatures, and its clock's. */
export async function laterKeys(
  origin: string,
): Promise<{ readonly log: SigningKey; readonly clock: SigningKey }> {
  const secret = `later ${origin}`;
  return {
    log: await signingKey(origin, NOTE_TYPES.ed25519, secret),
    clock: await signingKey(origin, NOTE_TYPES.cosignature, secret),
  };
}

/** The canonical texts of a sealed ledger: `size` decisions of subjects with seven revisions each. */
export function sealedEntries(ledgerId: string, size: number, commitment = 'c'): readonly string[] {
  const records = Array.from(
    { length: size },
    (_, at): Unsealed => ({
      ...{ kind: 'rollback', id: `rbk_${Math.floor(at / 7)}`, rev: (at % 7) + 1, via: 'stream' },
      ...{ occurredAt: '2026-11-21T10:00:00.000Z', commitment: commitment.repeat(64) },
    }),
  );
  const { entries } = append(emptyHead(ledgerId), records, SEALED_AT);
  return entries.map(({ bytes }) => bytes);
}

/** The files of a ledger and the checkpoints for some sizes, signed and cosigned at a time (seconds since 1970). */
export function publish(entries: readonly string[], publishing: Publishing): Published {
  const { signing, origin, sizes, time, clocked = false } = publishing;
  const builder = tileBuilder();
  const files = new Map<string, readonly Version[]>();
  const checkpoints = new Map<number, readonly Version[]>();
  const roots = rootsAt(entries, sizes);
  for (const entry of entries)
    for (const { path, bytes } of builder.add(Buffer.from(entry))) files.set(path, [{ bytes }]);
  for (const { path, bytes } of builder.partial()) files.set(path, [{ bytes }]);
  for (const size of sizes) {
    const root = roots.get(size) ?? new Uint8Array();
    checkpoints.set(size, [
      {
        bytes: Buffer.from(
          signedCheckpoint(
            { origin, size: BigInt(size), root },
            signing,
            time,
            clocked ? [signing.clock] : [],
          ),
        ),
      },
    ]);
  }
  const newest = checkpoints.get(Math.max(...sizes));
  if (newest !== undefined) files.set('checkpoint', newest);
  return { files, checkpoints };
}

/** A checkpoint with the log's signature, the witness's cosignature, and those of others. */
export function signedCheckpoint(
  checkpoint: { readonly origin: string; readonly size: bigint; readonly root: Uint8Array },
  { log, witness }: Pick<Signing, 'log' | 'witness'>,
  time: number,
  others: readonly SigningKey[] = [],
): string {
  const text = checkpointText(checkpoint);
  const own = signatureLine(log.verifier, sign(null, Buffer.from(text), log.secret));
  const cosigned = [witness, ...others].map(({ verifier, secret }) => {
    const signature = sign(null, cosignedMessage(text, BigInt(time)), secret);
    return signatureLine(verifier, Buffer.concat([u64(BigInt(time)), signature]));
  });
  return `${text}\n${own}${cosigned.join('')}`;
}

/** Roots at some sizes, as the definition of RFC 6962 has it. */
function rootsAt(entries: readonly string[], sizes: readonly number[]): ReadonlyMap<number, Uint8Array> {
  const leaves = entries.map((entry) => hashOfLeaf(Buffer.from(entry)));
  const known = new Map<string, Uint8Array>();
  const root = (from: number, to: number): Uint8Array => {
    const [leaf] = leaves.slice(from, to);
    if (leaf === undefined) return createHash('sha256').digest();
    if (to - from === 1) return leaf;
    const cached = known.get(`${from}-${to}`);
    if (cached !== undefined) return cached;
    const width = 2 ** (Math.ceil(Math.log2(to - from)) - 1);
    const hash = hashOfNode(root(from, from + width), root(from + width, to));
    known.set(`${from}-${to}`, hash);
    return hash;
  };
  return new Map(sizes.map((size) => [size, root(0, size)]));
}

export function memorySource({ files, checkpoints }: Published): LedgerSource {
  return {
    read: async (path) => files.get(path) ?? [],
    checkpoints: async () => [...checkpoints].map(([size, versions]) => ({ size: BigInt(size), versions })),
  };
}
