import { claimsOf } from '../shared/ledger/verifier/audit-claims.ts';
import {
  type AuditOptions,
  type AuditReport,
  auditLedger,
  type BucketLedger,
  type Cryptography,
  type Finding,
  followKeys,
  type LedgerSource,
  NOTE_TYPES,
  TILE_WIDTH,
  type Trust,
} from '../shared/ledger/verifier/index.ts';
import { cliError, EXIT } from './command.ts';
import { withFindings } from './ledger-findings.ts';

export type PartialReport = AuditReport & {
  /** Up to where the entries were checked, and up to where they are signed. */
  readonly partial?: { readonly checked: number; readonly signed: number };
  /** What could not be judged, for a person to read. */
  readonly notes?: readonly string[];
};

/**
 * Audits a bucket without the API: of all archived checkpoints the signatures, versions and forks; of the entries those up
 * to the last checkpoint that full tiles reach. Throws CliError where there is nothing that could be called sound.
 */
export async function auditReached(
  { source, archived }: BucketLedger,
  audit: AuditOptions & { readonly trust: Trust },
  crypto: Cryptography,
): Promise<PartialReport> {
  const chain = await followKeys(source.read, audit.trust, crypto);
  const archive: LedgerSource = { read: async () => [], checkpoints: archived };
  const { claims, since, findings } = await claimsOf(
    archive,
    { ...audit, trust: { ...chain.trust, cosigned: false } },
    crypto,
  );
  const signed = Math.max(0, ...sizesOf(claims));
  const reach = Math.floor(signed / TILE_WIDTH) * TILE_WIDTH;
  const reached = Math.max(...sizesOf(claims).filter((size) => size <= reach));
  const kept = judgeKept(since?.size, { reached, signed });
  const found = [...findings, ...chain.findings, ...kept.findings];
  if (reached === Number.NEGATIVE_INFINITY) return nothingReached(found);
  const limited: LedgerSource = {
    ...source,
    checkpoints: async () => (await archived()).filter(({ size }) => size <= BigInt(reach)),
  };
  const { since: asked, ...rest } = audit;
  // Who else must have signed the newest one, and when, cannot be asked here: the newest lies beyond the full tiles.
  const logs = audit.trust.keys.filter(({ type }) => type !== NOTE_TYPES.cosignature);
  const report = await auditLedger(
    limited,
    {
      ...rest,
      trust: { ...audit.trust, keys: logs, cosigned: false },
      ...(kept.asked && asked !== undefined && { since: asked }),
    },
    crypto,
  );
  const partial = { checked: report.checked, signed };
  const notes = [
    ...(reached < signed
      ? [`checked up to ${report.checked} of ${signed} signed entries: the rest needs --tail`]
      : []),
    ...kept.notes,
    ...(audit.trust.cosigned === true
      ? ['no witness was asked for: a bucket keeps none of their lines, --tail shows them']
      : []),
  ];
  return { ...withFindings(report, found), partial, notes };
}

/** The entries of a checkpoint that was kept may lie beyond what full tiles reach: then only the signatures are compared. */
function judgeKept(
  kept: number | undefined,
  { reached, signed }: { readonly reached: number; readonly signed: number },
): { readonly asked: boolean; readonly findings: readonly Finding[]; readonly notes: readonly string[] } {
  if (kept === undefined) return { asked: false, findings: [], notes: [] };
  if (kept <= reached) return { asked: true, findings: [], notes: [] };
  // Each checkpoint is archived before it is shown to anybody.
  const reason = `size ${kept} was signed before, and no checkpoint in the bucket is larger than ${signed}`;
  if (kept > signed)
    return { asked: false, findings: [{ verdict: 'truncated', reason, seq: signed }], notes: [] };
  const note = `the checkpoint kept is of size ${kept}: whether the ledger has grown out of it, --tail shows`;
  return { asked: false, findings: [], notes: [note] };
}

function nothingReached(found: readonly Finding[]): PartialReport {
  const empty = { verdict: 'sound', findings: [], checked: 0, special: [], missing: [] } as const;
  if (found.length > 0) return withFindings(empty, found);
  throw cliError(
    'no checkpoint is reached by the full tiles of the bucket alone: name the API as well, --tail URL',
    EXIT.waiting,
  );
}

function sizesOf(claims: readonly { readonly size: number }[]): readonly number[] {
  return claims.map(({ size }) => size);
}
