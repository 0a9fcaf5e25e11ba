import { rewritten } from './audit-files.ts';
import { isRefused, type Refusal, refuse } from './bytes.ts';
import type { Trust } from './checkpoint.ts';
import type { Cryptography } from './cryptography.ts';
import type { LedgerEntry } from './entry.ts';
import {
  FIRST_GENERATION,
  keyStatementPath,
  MAX_GENERATION,
  type PublishedStatement,
  readKeyFile,
} from './key-statement.ts';
import { openNote } from './signed-note.ts';
import type { Finding, LedgerSource } from './source.ts';
import { NOTE_TYPES, type VerifierKey } from './verifier-key.ts';

type ChainKey = {
  readonly generation: number;
  readonly log: VerifierKey;
  /** What its entry must be; the first key has none. */
  readonly entry?: Pick<PublishedStatement, 'id' | 'commitment'>;
};

export type KeyChain = {
  /** The first key and those that follow it, each named by the one before it; empty where no statement is published. */
  readonly keys: readonly ChainKey[];
  /** The given trust, and the later keys. Which of them may vouch for which size, `checkKeys` says. */
  readonly trust: Trust;
  readonly findings: readonly Finding[];
};

type Signed = Pick<LedgerEntry, 'seq' | 'id' | 'commitment'>;
type Vouched = { readonly size: number; readonly from: string; readonly signers: readonly string[] };

/**
 * Follows the ledger's keys from those that are trusted: each `key/<generation>` must be signed by the key in force and by
 * the one that it names. Ends at the first that is not there, or that does not hold: then it is a finding.
 */
export async function followKeys(
  read: LedgerSource['read'],
  trust: Trust,
  crypto: Cryptography,
): Promise<KeyChain> {
  const findings: Finding[] = [];
  let chain: KeyChain = { keys: [], trust, findings };
  for (let generation = FIRST_GENERATION; generation <= MAX_GENERATION; generation += 1) {
    const path = keyStatementPath(generation);
    const versions = await read(path);
    const [bytes] = versions.flatMap((version) => ('bytes' in version ? [version.bytes] : []));
    if (versions.length > 1) findings.push(rewritten(path, versions));
    if (bytes === undefined) break;
    const next = await grown(chain, bytes, generation, crypto);
    if (isRefused(next)) {
      findings.push({ verdict: 'altered', reason: `${path}: ${next.refused}` });
      break;
    }
    chain = next;
  }
  return chain;
}

async function grown(
  chain: KeyChain,
  file: Uint8Array,
  generation: number,
  crypto: Cryptography,
): Promise<KeyChain | Refusal> {
  const read = await readKeyFile(file, generation, crypto);
  if (isRefused(read)) return read;
  const { statement, id, commitment } = read;
  const before = await signerBefore(chain, read, crypto);
  if (isRefused(before)) return before;
  const first = chain.keys.length > 0 ? chain.keys : [{ generation: 1, log: before }];
  const { log, clock } = statement;
  const added = [log, clock].filter((key) => !chain.trust.keys.some((known) => isSame(known, key)));
  return {
    keys: [...first, { generation, log, entry: { id, commitment } }],
    trust: { ...chain.trust, keys: [...chain.trust.keys, ...added] },
    findings: chain.findings,
  };
}

/** The key in force that signed a statement beside the new one: of the trusted ones at first, then the one named last. */
async function signerBefore(
  { keys, trust }: KeyChain,
  { statement, note }: PublishedStatement,
  crypto: Cryptography,
): Promise<VerifierKey | Refusal> {
  const { log } = statement;
  const last = keys.at(-1);
  const logs = trust.keys.filter(({ type }) => type !== NOTE_TYPES.cosignature);
  const inForce = (last === undefined ? logs : [last.log]).filter((key) => !isSame(key, log));
  const opened = await openNote(note, [...inForce, log], crypto);
  if (isRefused(opened)) return opened;
  const signers = opened.signedBy.map(({ key }) => key);
  const before = signers.find((key) => key !== log);
  if (before === undefined) return refuse('no key that is known to be in force has signed it');
  if (!signers.includes(log)) return refuse(`the new key ${nameOf(log)} has not signed it`);
  if (keys.some((each) => isSame(each.log, log))) return refuse(`${nameOf(log)} was the ledger's key before`);
  const origin = trust.origin ?? before.name;
  if (statement.origin === origin) return before;
  return refuse(`it is a statement of "${statement.origin}", not of "${origin}"`);
}

/**
 * What is wrong between the statements, the entries of kind `ledger.key` and who signed: a key vouches for what is larger
 * than the place of its entry, until that holds for the next one. Claims beyond the entries that were read are not judged.
 */
export function checkKeys(
  { keys }: KeyChain,
  sealed: readonly Signed[],
  claims: readonly Vouched[],
): readonly Finding[] {
  const inForce = keys.slice(0, 1).map(({ log }) => ({ log, from: 0 }));
  const findings: Finding[] = [];
  for (const { seq, id, commitment } of sealed) {
    const next = keys[inForce.length];
    if (next?.entry?.id === id && next.entry.commitment === commitment)
      inForce.push({ log: next.log, from: seq + 1 });
    else findings.push({ verdict: 'altered', reason: unnamed(seq), seq });
  }
  return [...findings, ...claims.flatMap((claim) => whoseClaim(keys, inForce, claim) ?? [])];
}

function unnamed(seq: number): string {
  return `entry ${seq} names a key, and the next statement that is published (key/...) is not its`;
}

function whoseClaim(
  keys: KeyChain['keys'],
  inForce: readonly { readonly log: VerifierKey; readonly from: number }[],
  { size, from, signers }: Vouched,
): Finding | undefined {
  const due = inForce.findLastIndex((each) => each.from <= size);
  const signed = keys.findIndex(({ log }) => signers.includes(nameOf(log)));
  const own = inForce[due];
  if (own === undefined || signed === -1 || signers.includes(nameOf(own.log))) return undefined;
  const name = nameOf(keys[signed]?.log ?? own.log);
  const reason =
    signed < due
      ? `${from}: signed for size ${size} by the retired key ${name}: from size ${own.from} on ${nameOf(own.log)} signs`
      : `${from}: signed for size ${size} by ${name}, whose entry is not among them`;
  return { verdict: 'altered', reason };
}

function isSame(a: VerifierKey, b: VerifierKey): boolean {
  return a.name === b.name && a.id === b.id;
}

function nameOf({ name, id }: VerifierKey): string {
  return `${name}+${id}`;
}
