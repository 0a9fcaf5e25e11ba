import * as z from 'zod';
import { type Completeness, checkCompleteness } from '../../shared/ledger/completeness.ts';
import type { LedgerHead } from '../../shared/ledger/head.ts';
import { readEntry } from '../../shared/ledger/read-entry.ts';
import { type Verification, verifyLedger } from '../../shared/ledger/verify.ts';
import { type Command, cliError, EXIT, type Options } from '../command.ts';
import { type Api, api, everyPage } from '../http.ts';
import { paint } from '../io.ts';
import { AUDIT_OPTIONS, auditDirectory } from './ledger-audit.ts';

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
const Subject = z.object({ kind: z.string(), id: z.string(), rev: z.int() });

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
    'Checks every entry, link and the Merkle root of the ledger, over the API or offline in an export; names the first bad entry. Exit 1 altered, 5 truncated, 6 stale, 7 forked, 8 incomplete.',
  args: '[DIR]',
  options: {
    ...AUDIT_OPTIONS,
    complete: { type: 'boolean', text: 'also that every decision of every subject is sealed: no gap' },
  },
  example: 'holdfast ledger verify --complete',
  run: async ([directory], options, io) => {
    if (directory !== undefined) return auditDirectory(directory, options, io);
    refuseOffline(options);
    const report = await verifyOverApi(api(), options.complete === true);
    io.document(report);
    for (const line of reportLines(report))
      io.out(paint(io, exitOf(report) === EXIT.yes ? 'green' : 'red', line));
    return exitOf(report);
  },
};

/** Over the API there is no checkpoint yet: an option that would be ignored must not look as if it had been heeded. */
function refuseOffline(options: Options): void {
  const given = Object.keys(AUDIT_OPTIONS).find((name) => options[name] !== undefined);
  if (given !== undefined)
    throw cliError(`--${given} goes with an export: holdfast ledger verify DIR`, EXIT.usage);
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
  const special = sealed
    .filter(({ kind }) => kind.startsWith('ledger.'))
    .map(({ kind, seq }) => ({ kind, seq }));
  const report = { verification, root: head.root, special };
  return complete ? { ...report, completeness: checkCompleteness(sealed, subjects) } : report;
}

const SEAL_TRIES = 20;
const SEAL_PAUSE_MS = 250;

/** The subjects, once the ledger has had a moment to take up what was decided just before. */
async function settledSubjects(call: Api): Promise<readonly z.infer<typeof Subject>[]> {
  const subjects = await everyPage(call, '/v1/ledger/subjects', Subject);
  const decisions = subjects.reduce((sum, subject) => sum + subject.rev, 0);
  for (let attempt = 0; attempt < SEAL_TRIES; attempt += 1) {
    const { size } = Head.parse(await call('GET', '/v1/ledger/head'));
    if (size >= decisions) break;
    await new Promise((resolve) => setTimeout(resolve, SEAL_PAUSE_MS));
  }
  return subjects;
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
