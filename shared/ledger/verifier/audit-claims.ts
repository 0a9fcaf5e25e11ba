import { rewritten } from './audit-files.ts';
import { equalBytes, hex, isRefused, type Refusal, refuse } from './bytes.ts';
import { openCheckpoint, type SignedCheckpoint, type Trust } from './checkpoint.ts';
import type { Cryptography } from './cryptography.ts';
import type { Finding, LedgerSource, Version } from './source.ts';

/** What somebody says that the ledger is: a signed checkpoint, or an unsigned head. */
export type Claim = {
  readonly size: number;
  readonly root: Uint8Array;
  /** Where it was found, for the findings. */
  readonly from: string;
  readonly time?: bigint;
  readonly signers: readonly string[];
  /** As of its checkpoint; an unsigned head has neither. */
  readonly cosigned?: boolean;
  readonly clockMissing?: boolean;
};

/** Whom and what an audit starts from. */
type Vouching = {
  readonly trust?: Trust;
  readonly head?: Pick<Claim, 'size' | 'root'>;
  readonly since?: Uint8Array | string;
};

export type Claims = { readonly claims: readonly Claim[]; readonly findings: readonly Finding[] };

/** Every checkpoint of a source with its signature checked, and what is wrong among them: broken, rewritten, two of one size. */
async function gatherClaims(source: LedgerSource, trust: Trust, crypto: Cryptography): Promise<Claims> {
  const claims: Claim[] = [];
  const findings: Finding[] = [];
  const take = (claim: Claim | Refusal, from: string): void => {
    if (isRefused(claim)) findings.push({ verdict: 'altered', reason: `${from}: ${claim.refused}` });
    else claims.push(claim);
  };
  // Who must have cosigned is asked of the newest alone (audit-newest.ts): a witness may have been away at an earlier one.
  const alone: Trust = { ...trust, cosigned: false };
  const newest = (await source.read('checkpoint')).flatMap(bytesOf).at(-1);
  if (newest !== undefined) take(await readClaim(newest, 'checkpoint', alone, crypto), 'checkpoint');
  for (const { size, versions } of await source.checkpoints()) {
    const from = `checkpoint/${size}`;
    if (versions.length > 1) findings.push(rewritten(from, versions));
    for (const bytes of versions.flatMap(bytesOf)) {
      const claim = await readClaim(bytes, from, alone, crypto);
      const misplaced = !isRefused(claim) && BigInt(claim.size) !== size;
      take(misplaced ? refuse(`it says that its size is ${claim.size}`) : claim, from);
    }
  }
  return { claims, findings: [...findings, ...forksAmong(claims)] };
}

/** A signed checkpoint as a claim. */
async function readClaim(
  note: Uint8Array | string,
  from: string,
  trust: Trust,
  crypto: Cryptography,
): Promise<Claim | Refusal> {
  const checkpoint = await openCheckpoint(note, trust, crypto);
  return isRefused(checkpoint) ? checkpoint : claimOf(checkpoint, from);
}

function claimOf(checkpoint: SignedCheckpoint, from: string): Claim | Refusal {
  const { size, root, time, signers, cosigned, clockMissing } = checkpoint;
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) return refuse(`nobody has ${size} entries`);
  const who = { signers, cosigned, clockMissing };
  return { size: Number(size), root, from, ...who, ...(time !== undefined && { time }) };
}

/** Two roots of one size: whoever holds the key has signed two histories. */
function forksAmong(claims: readonly Claim[]): readonly Finding[] {
  const first = new Map<number, Claim>();
  const findings: Finding[] = [];
  for (const claim of claims) {
    const other = first.get(claim.size) ?? claim;
    first.set(claim.size, other);
    if (equalBytes(other.root, claim.root)) continue;
    const roots = `${hex(other.root)} in ${other.from}, ${hex(claim.root)} in ${claim.from}`;
    findings.push({ verdict: 'forked', reason: `two roots are signed for size ${claim.size}: ${roots}` });
  }
  return findings;
}

function bytesOf(version: Version): readonly Uint8Array[] {
  return 'bytes' in version ? [version.bytes] : [];
}

/** What is vouched for: by a trusted key, or by a head alone; with what the auditor kept from earlier. */
export async function claimsOf(
  source: LedgerSource,
  { trust, head, since }: Vouching,
  crypto: Cryptography,
): Promise<{
  readonly claims: readonly Claim[];
  readonly since?: Claim;
  readonly findings: readonly Finding[];
}> {
  if (trust === undefined) {
    const nothing: Finding = { verdict: 'altered', reason: 'nothing says how large the ledger is' };
    return head === undefined
      ? { claims: [], findings: [nothing] }
      : { claims: [{ ...head, from: 'the head', signers: [] }], findings: [] };
  }
  const { claims, findings } = await gatherClaims(source, trust, crypto);
  const none: readonly Finding[] =
    claims.length === 0
      ? [{ verdict: 'altered', reason: 'there is no checkpoint that a known key signed' }]
      : [];
  const kept =
    since === undefined
      ? undefined
      : await readClaim(since, 'the checkpoint kept', { ...trust, cosigned: false }, crypto);
  if (kept === undefined) return { claims, findings: [...findings, ...none] };
  if (isRefused(kept)) {
    const finding: Finding = { verdict: 'altered', reason: `the checkpoint kept: ${kept.refused}` };
    return { claims, findings: [...findings, ...none, finding] };
  }
  const forks = forksAmong([...claims, kept]).filter(({ reason }) => reason.includes(kept.from));
  return { claims, since: kept, findings: [...findings, ...none, ...forks] };
}
