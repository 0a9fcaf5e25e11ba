import * as z from 'zod';
import { type Completeness, checkCompleteness } from '../../shared/ledger/completeness.ts';
import type { LedgerHead } from '../../shared/ledger/head.ts';
import { readEntry } from '../../shared/ledger/read-entry.ts';
import { isUnusual } from '../../shared/ledger/verifier/index.ts';
import { type Verification, verifyLedger } from '../../shared/ledger/verify.ts';
import { type Command, cliError, EXIT, type Options } from '../command.ts';
import { type Api, api } from '../http.ts';
import { type Io, paint } from '../io.ts';
import { reaching } from '../ledger-sources.ts';
import { AUDIT_OPTIONS, auditNamed } from './ledger-audit.ts';
import { auditOwn, ownLedger, servedSize, settledSubjects } from './ledger-own.ts';

/** Exit codes of their own (api.md). */
const TRUNCATED = 5;
const INCOMPLETE = 8;

const Head = z.looseObject({
  ledgerId: z.string(),
  size: z.int(),
  frontier: z.array(z.string()),
  prev: z.string(),
  root: z.string(),
});
const Entries = z.object({
  items: z.array(z.object({ seq: z.int(), bytes: z.string() })),
  next: z.int().optional(),
});

export type LedgerReport = {
  readonly verification: Verification;
  readonly root: string;
  readonly completeness?: Completeness;
  /** Entries of the ledger's own kinds: what was altered, rejected or in conflict, sealed for all to see. */
  readonly special: readonly { readonly kind: string; readonly seq: number }[];
};

export const ledgerVerifyCommand: Command = {
  name: 'ledger verify',
  summary:
    'Checks every entry, link, tile and root of a ledger against the checkpoints that a key has signed: of an export, a URL, a bucket, or this installation; names the first bad entry. Exit 1 altered, 5 truncated, 6 stale, 7 forked, 8 incomplete.',
  args: '[DIR|URL|s3://BUCKET]',
  options: {
    ...AUDIT_OPTIONS,
    complete: { type: 'boolean', text: 'also that every decision of every subject is sealed: no gap' },
  },
  example: 'holdfast ledger verify https://holdfast.example/v1/ledger --key ledger.vkey',
  run: async ([place], options, io) => reaching(() => verify(place, options, io)),
};

async function verify(place: string | undefined, options: Options, io: Io): Promise<number> {
  if (place !== undefined) return await auditNamed(place, options, io);
  const unsigned = options.key === undefined && (await servedSize(ownLedger())) === undefined;
  if (!unsigned) return await auditOwn(options, io);
  refuseSigned(options);
  const report = await verifyOverApi(api(), options.complete === true);
  io.document({ ...report, signed: false });
  for (const line of [...reportLines(report), UNSIGNED])
    io.out(paint(io, exitOf(report) === EXIT.yes ? 'green' : 'red', line));
  return exitOf(report);
}

const UNSIGNED = 'NOT SIGNED: this ledger has no checkpoint yet, and nobody vouches for its head';

/** An option that would be ignored must not look as if it had been heeded. */
function refuseSigned(options: Options): void {
  const given = Object.keys(AUDIT_OPTIONS).find((name) => options[name] !== undefined);
  if (given !== undefined)
    throw cliError(`--${given} wants a checkpoint, and this ledger has none yet`, EXIT.usage);
}

/** Reads the whole ledger through the API and checks it here: nothing of the server's own verdict is used. */
export async function verifyOverApi(call: Api, complete: boolean): Promise<LedgerReport> {
  // The subjects first: a ledger that grows meanwhile is then no finding.
  const subjects = complete ? await settledSubjects(call) : [];
  const head: LedgerHead & { root: string } = Head.parse(
    await call('GET', '/v1/ledger/head'),
  ) as LedgerHead & { root: string };
  const entries = await allEntries(call, head.size);
  const verification = verifyLedger(entries, head);
  const sealed = entries.flatMap((bytes) => {
    const found = readEntry(bytes);
    return typeof found === 'string' ? [] : [found.entry];
  });
  const special = sealed.filter(isUnusual).map(({ kind, seq }) => ({ kind, seq }));
  const report = { verification, root: head.root, special };
  return complete ? { ...report, completeness: checkCompleteness(sealed, subjects) } : report;
}

/** The stored bytes of entries 0 to size-1. */
export async function allEntries(call: Api, size: number): Promise<readonly string[]> {
  const bytes: string[] = [];
  for (let from: number | undefined = 0; from !== undefined && from < size; ) {
    const page: z.infer<typeof Entries> = Entries.parse(
      await call('GET', `/v1/ledger/entries?from=${from}&to=${size}`),
    );
    bytes.push(...page.items.map((item) => item.bytes));
    from = page.items.length === 0 ? undefined : page.next;
  }
  return bytes;
}

export function exitOf({ verification, completeness }: LedgerReport): number {
  if (verification.kind === 'bad') return verification.reason === 'truncated' ? TRUNCATED : EXIT.no;
  return completeness === undefined || completeness.complete ? EXIT.yes : INCOMPLETE;
}

export function reportLines({ special, verification, completeness }: LedgerReport): readonly string[] {
  const first =
    verification.kind === 'sound'
      ? `ledger sound: ${verification.size} entries, root ${verification.root}`
      : `ledger NOT sound: the first bad entry is ${verification.firstBad} (${verification.reason})`;
  const told = special.map(({ kind, seq }) => `look here: entry ${seq} is ${kind}`);
  if (completeness === undefined) return [first, ...told];
  const gaps = completeness.missing.map(
    (each) => `missing: ${each.kind} ${each.id} revs ${each.revs.join(', ')}`,
  );
  const doubles = completeness.doubled.map(
    (each) => `sealed twice: ${each.kind} ${each.id} revs ${each.revs.join(', ')}`,
  );
  return [
    first,
    ...told,
    completeness.complete ? 'complete: every decision of every subject is sealed' : 'NOT complete',
    ...gaps,
    ...doubles,
  ];
}
