import { readFileSync } from 'node:fs';
import { nodeCryptography } from '../../shared/ledger/node-crypto.ts';
import type { Subject } from '../../shared/ledger/verifier/audit-revisions.ts';
import {
  type AuditReport,
  auditLedger,
  base64,
  hex,
  isRefused,
  readCheckpointLines,
  splitNote,
  type Trust,
  VERDICT_EXITS,
} from '../../shared/ledger/verifier/index.ts';
import { cliError, EXIT, type Options, textOption } from '../command.ts';
import { type Io, paint } from '../io.ts';
import { BUCKET_OPTIONS } from '../ledger-bucket.ts';
import { hasCheckpoint, type UnsignedHead, unsignedHead } from '../ledger-directory.ts';
import { withFindings } from '../ledger-findings.ts';
import { refuseLaterKey, TRUST_OPTIONS, trustOf } from '../ledger-keys.ts';
import { auditReached, type PartialReport } from '../ledger-reached.ts';
import { type Place, placeOf, reaching } from '../ledger-sources.ts';
import { strayFindings } from '../ledger-strays.ts';
import { keepYoungGenerationSmall } from '../young-generation.ts';

/** Two heartbeats: a ledger that is alive has a younger checkpoint even where nothing happens. */
const MAX_AGE_S = 600;
const TOLD_EACH = 100_000;
const MAX_TOLD = 20;

export const AUDIT_OPTIONS = {
  ...TRUST_OPTIONS,
  since: {
    type: 'string',
    text: 'a checkpoint kept from an earlier audit: the ledger must have grown out of it',
  },
  at: { type: 'string', text: 'the time of the audit, for an export from before; now by default' },
  'max-age': {
    type: 'string',
    text: `greatest age of the newest checkpoint in seconds; ${MAX_AGE_S} by default`,
  },
  ...BUCKET_OPTIONS,
} as const;

/** Audits a ledger that was named. Exit 0 sound, 1 altered, 5 truncated, 6 stale, 7 forked, 8 incomplete. */
export async function auditNamed(named: string, options: Options, io: Io): Promise<number> {
  const place = placeOf(named, options);
  const trust = await trustOf(options);
  const { directory } = place;
  const unsigned = trust === undefined && directory !== undefined && !hasCheckpoint(directory);
  if (trust === undefined && (!unsigned || options.since !== undefined))
    throw cliError(
      'a checkpoint is worth the key that you know its signer by: name it with --key',
      EXIT.usage,
    );
  const known = trust === undefined ? { head: unsignedHead(directory ?? '') } : { trust };
  const report = await auditPlace(place, { ...known, subjects: [] }, options, io);
  return tellAudit(report, options, io);
}

type Known = { readonly trust: Trust } | { readonly head: UnsignedHead };

/** Audits a place with what is known of the ledger; subjects count with --complete. Throws CliError. */
export async function auditPlace(
  place: Place,
  known: Known & { readonly subjects: readonly Subject[] },
  options: Options,
  io: Io,
): Promise<PartialReport> {
  keepYoungGenerationSmall();
  const since = keptCheckpoint(options);
  const fresh = { now: timeOf(options), maxAge: secondsOf(options) };
  let told = 0;
  const progress = (done: number, of: number): void => {
    if (done - told < TOLD_EACH) return;
    told = done;
    io.say(`  ${done} of ${of} entries`);
  };
  const base =
    'trust' in known
      ? { trust: known.trust, ...(place.alone === undefined && { fresh }) }
      : { head: known.head, ledgerId: known.head.ledgerId };
  const audit = {
    ...{ ...base, progress },
    ...(since !== undefined && { since }),
    ...(options.complete === true && { complete: { subjects: known.subjects } }),
  };
  return await reaching(() => reportOf(place, audit));
}

async function reportOf(
  { source, alone, directory }: Place,
  audit: Parameters<typeof auditLedger>[1],
): Promise<PartialReport> {
  const crypto = nodeCryptography();
  const { trust } = audit;
  const report =
    alone === undefined || trust === undefined
      ? await auditLedger(source, audit, crypto)
      : await auditReached(alone, { ...audit, trust }, crypto);
  if (trust !== undefined && report.verdict !== 'sound') await refuseLaterKey(source, trust);
  if (directory === undefined) return report;
  const size = trust === undefined ? audit.head?.size : report.checkpoint?.size;
  const known = { size, ...(trust !== undefined && { trust }) };
  return withFindings(report, await strayFindings(directory, known, crypto));
}

const COMPLETE =
  'complete: the revisions of every subject that is in the ledger follow each other; subjects that never reached it only the API can name';

/** Says what came of an audit, and answers its exit code. */
export function tellAudit(report: PartialReport, options: Options, io: Io, complete = COMPLETE): number {
  io.document(auditDocument(report));
  const exit = VERDICT_EXITS[report.verdict];
  const last = options.complete === true && report.missing.length === 0 ? [complete] : [];
  for (const line of [...auditLines(report, options), ...last])
    io.out(paint(io, exit === EXIT.yes ? 'green' : 'red', line));
  return exit;
}

function auditDocument({ checkpoint, ...report }: PartialReport): unknown {
  if (checkpoint === undefined) return { ...report, signed: false };
  const { size, root, signers } = checkpoint;
  return { ...report, signed: true, checkpoint: { size, root: hex(root), signers, ...ageOf(checkpoint) } };
}

/** The last that a Date can hold. */
const LAST_SECOND = 8_640_000_000_000n;

/** When a checkpoint was signed or cosigned last, and how long ago that is; nothing where nobody says when. */
function ageOf({ time }: Checkpoint): { readonly time?: string; readonly ageSeconds?: number } {
  // a time that no calendar has is signed all the same: the audit has found that it lies ahead
  if (time === undefined || time > LAST_SECOND) return {};
  const at = Number(time) * 1000;
  return { time: new Date(at).toISOString(), ageSeconds: Math.floor((Date.now() - at) / 1000) };
}

type Checkpoint = NonNullable<AuditReport['checkpoint']>;

function checkpointLine(checkpoint: Checkpoint): string {
  const { size, root, signers } = checkpoint;
  const { time, ageSeconds } = ageOf(checkpoint);
  const age = time === undefined ? '' : `, at ${time}, ${ageSeconds} s ago`;
  return `size ${size}, root ${base64(root)}, signed by ${signers.join(' and ')}${age}`;
}

function auditLines(report: PartialReport, options: Options): readonly string[] {
  const { verdict, checked, firstBad, checkpoint, findings, special, ledgerId, notes = [] } = report;
  const where = firstBad === undefined ? '' : `: the first bad entry is ${firstBad}`;
  const first =
    verdict === 'sound'
      ? `ledger sound: ${checked} entries${ledgerId === undefined ? '' : ` of ${ledgerId}`}`
      : `ledger NOT sound: ${verdict}${where}`;
  const signed =
    checkpoint === undefined
      ? ['NOT SIGNED: the entries fit the head that lies beside them, and nobody vouches for either']
      : [checkpointLine(checkpoint)];
  const vouched = checkpoint === undefined && options.key !== undefined ? [] : signed;
  return [
    first,
    ...vouched,
    ...notes,
    ...findings.slice(0, MAX_TOLD).map((finding) => `${finding.verdict}: ${finding.reason}`),
    ...special.slice(0, MAX_TOLD).map(({ kind, seq }) => `look here: entry ${seq} is ${kind}`),
  ];
}

/** The checkpoint of --since. Throws a usage error for what is none; whose it is, the audit says. */
function keptCheckpoint(options: Options): Uint8Array | undefined {
  const file = textOption(options, 'since');
  if (file === undefined) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch {
    throw cliError(`${file} cannot be read`, EXIT.usage);
  }
  const note = splitNote(bytes);
  const lines = isRefused(note) ? note : readCheckpointLines(note.text);
  if (isRefused(lines)) throw cliError(`--since: ${file} is no checkpoint: ${lines.refused}`, EXIT.usage);
  return bytes;
}

function timeOf(options: Options): number {
  const text = textOption(options, 'at');
  const time = text === undefined ? Date.now() : Date.parse(text);
  if (Number.isNaN(time)) throw cliError('--at must be a time such as 2026-11-21T10:00:00Z', EXIT.usage);
  return Math.floor(time / 1000);
}

function secondsOf(options: Options): number {
  const text = textOption(options, 'max-age') ?? String(MAX_AGE_S);
  if (!/^[0-9]{1,10}$/.test(text)) throw cliError('--max-age must be a number of seconds', EXIT.usage);
  return Number(text);
}
