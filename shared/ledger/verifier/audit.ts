import { type Claim, claimsOf } from './audit-claims.ts';
import { newestFindings } from './audit-newest.ts';
import { type MissingRevisions, revisionCounter, type Subject } from './audit-revisions.ts';
import { type Walked, walkLedger } from './audit-walk.ts';
import { equalBytes } from './bytes.ts';
import type { Trust } from './checkpoint.ts';
import type { Cryptography } from './cryptography.ts';
import type { LedgerEntry } from './entry.ts';
import { checkKeys, followKeys, type KeyChain } from './key-chain.ts';
import { KEY_KIND, MAX_GENERATION } from './key-statement.ts';
import { type Finding, type LedgerSource, VERDICT_EXITS, type Verdict } from './source.ts';

export type AuditOptions = {
  /** Whose signature counts; absent: nobody vouches, and `head` is what the entries are compared with. */
  readonly trust?: Trust;
  readonly head?: { readonly size: number; readonly root: Uint8Array };
  /** The signed checkpoint that the auditor kept from last time. */
  readonly since?: Uint8Array | string;
  readonly ledgerId?: string;
  /** The time of the audit and the greatest age of the newest checkpoint, in seconds; absent: age is not judged. */
  readonly fresh?: { readonly now: number; readonly maxAge: number };
  /** That every revision of every subject is sealed; heads of the system of record where they are known. */
  readonly complete?: { readonly subjects: Iterable<Subject> };
  readonly progress?: (done: number, of: number) => void;
};

export type AuditReport = {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** The first entry that the verdict is about: altered, or missing. */
  readonly firstBad?: number;
  /** Entries that are there and fit, from the first on. */
  readonly checked: number;
  readonly ledgerId?: string;
  /** What the verdict rests on; absent where nobody vouches. */
  readonly checkpoint?: Pick<Claim, 'size' | 'root' | 'signers' | 'time'>;
  /** Entries of the ledger's own kinds, the first thousand: what was altered, rejected, in conflict. */
  readonly special: readonly { readonly kind: string; readonly seq: number }[];
  readonly missing: readonly MissingRevisions[];
};

const MAX_SPECIAL = 1_000;
const OWN_KINDS = 'ledger.';
/** What the ledger says of its own keeping: nothing is wrong about it, and there is more of it each day. */
const ROUTINE: readonly string[] = ['ledger.reconciled', 'ledger.retention', 'ledger.erased', 'ledger.key'];

export function isUnusual({ kind }: Pick<LedgerEntry, 'kind'>): boolean {
  return kind.startsWith(OWN_KINDS) && !ROUTINE.includes(kind);
}

/**
 * Audits a whole ledger: every checkpoint's signature, every entry's bytes and chain, every tile, the root at the size of
 * every checkpoint, growth since an earlier one, age, and that no revision is missing. Believes only the keys.
 */
export async function auditLedger(
  source: LedgerSource,
  options: AuditOptions,
  crypto: Cryptography,
): Promise<AuditReport> {
  const chain = await chainOf(source, options, crypto);
  const { claims, since, findings: first } = await claimsOf(source, { ...options, ...chain }, crypto);
  const newest = claims.reduce<Claim | undefined>(larger, undefined);
  const size = newest?.size ?? 0;
  const known = [...claims, ...(since === undefined ? [] : [since])].filter((claim) => claim.size <= size);
  const revisions = revisionCounter();
  const special: { kind: string; seq: number }[] = [];
  const named: LedgerEntry[] = [];
  const visit = (entry: LedgerEntry): void => {
    if (options.complete !== undefined) revisions.see(entry);
    if (entry.kind === KEY_KIND && named.length < MAX_GENERATION) named.push(entry);
    if (isUnusual(entry) && special.length < MAX_SPECIAL) special.push({ kind: entry.kind, seq: entry.seq });
  };
  const walked = await walkLedger({
    ...{ source, sha256: crypto.sha256, size, visit },
    sizes: [...new Set(known.map((claim) => claim.size))].sort((a, b) => a - b),
    claimed: new Map(known.map((claim) => [claim.size, claim.root])),
    progress: (done) => options.progress?.(done, size),
    ...(options.ledgerId !== undefined && { ledgerId: options.ledgerId }),
  });
  const missing = options.complete === undefined ? [] : revisions.missing(options.complete.subjects);
  const findings = [
    ...first,
    ...(chain?.findings ?? []),
    ...walked.findings,
    ...keyFindings(chain, named, known, walked),
    ...againstClaims(walked, claims, since),
    ...(newest === undefined ? [] : newestFindings(newest, claims, walked, options)),
    ...missing.map(incomplete),
  ];
  const verdict = verdictOf(findings);
  const told = findings.filter((finding) => finding.verdict === verdict);
  const exact = told.flatMap(({ seq }) => seq ?? []);
  const places = exact.length > 0 ? exact : told.flatMap(({ suspects }) => suspects?.from ?? []);
  return {
    ...{ verdict, findings, checked: walked.end.size, special, missing },
    ...(places.length > 0 && { firstBad: Math.min(...places) }),
    ...(walked.end.ledgerId !== undefined && { ledgerId: walked.end.ledgerId }),
    ...(newest !== undefined && options.trust !== undefined && { checkpoint: latest(newest, claims) }),
  };
}

/** The ledger's keys, followed from those that are trusted; where nobody is, nobody's signature is looked at. */
async function chainOf(source: LedgerSource, { trust }: AuditOptions, crypto: Cryptography) {
  return trust === undefined ? undefined : await followKeys(source.read, trust, crypto);
}

/** Who may sign a size is known of those up to which the entries were read. */
function keyFindings(
  chain: KeyChain | undefined,
  named: readonly LedgerEntry[],
  known: readonly Claim[],
  { end }: Walked,
): readonly Finding[] {
  if (chain === undefined) return [];
  const reached = known.filter(({ size }) => size <= end.size);
  return checkKeys(chain, named, reached);
}

/** What the entries say to each claim. An entry that does not fit was told before: then the roots say nothing more. */
function againstClaims(
  { roots, whole, end }: Walked,
  claims: readonly Claim[],
  since: Claim | undefined,
): readonly Finding[] {
  const newest = claims.reduce<Claim | undefined>(larger, undefined);
  if (newest === undefined) return [];
  const rolledBack: readonly Finding[] =
    since !== undefined && since.size > newest.size
      ? [
          {
            verdict: 'truncated',
            reason: `size ${since.size} was signed before, now it is ${newest.size}`,
            seq: newest.size,
          },
        ]
      : [];
  if (!whole) return rolledBack;
  const holds = (claim: Claim): boolean => equalBytes(roots.get(claim.size) ?? new Uint8Array(), claim.root);
  const wrong = [...claims, ...(since === undefined ? [] : [since])].filter(
    (claim) => claim.size <= newest.size && !holds(claim),
  );
  if (wrong.length === 0) return rolledBack;
  if (holds(newest)) return [...rolledBack, ...wrong.map((claim) => forked(claim, newest))];
  const good = Math.max(0, ...claims.filter(holds).map((claim) => claim.size));
  const first = Math.min(...wrong.map((claim) => claim.size).filter((size) => size > good), end.size);
  const suspects = { from: good, to: first };
  return [
    ...rolledBack,
    {
      verdict: 'altered',
      reason: `altered: the root of size ${first} is another`,
      seq: Math.max(0, first - 1),
      suspects,
    },
  ];
}

function forked(claim: Claim, newest: Claim): Finding {
  const reason = `the root that is signed for size ${claim.size} (${claim.from}) is not in the history of size ${newest.size}`;
  return { verdict: 'forked', reason };
}

function incomplete({ kind, id, revs }: MissingRevisions): Finding {
  return { verdict: 'incomplete', reason: `${kind} ${id}: revisions ${revs.join(', ')} are not sealed` };
}

function verdictOf(findings: readonly Finding[]): Verdict {
  const order = Object.keys(VERDICT_EXITS) as readonly Verdict[];
  return order.find((verdict) => findings.some((finding) => finding.verdict === verdict)) ?? 'sound';
}

/** The claim of the newest size whose time is the latest: a heartbeat's, where the first signature is archived too. */
function latest(newest: Claim, claims: readonly Claim[]): Claim {
  const same = claims.filter(({ size }) => size === newest.size);
  return same.reduce((a, b) => ((b.time ?? 0n) > (a.time ?? 0n) ? b : a), newest);
}

function larger(a: Claim | undefined, b: Claim): Claim {
  return a !== undefined && a.size >= b.size ? a : b;
}
