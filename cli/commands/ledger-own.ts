import * as z from 'zod';
import { isRefused, readCheckpointLines, urlSource } from '../../shared/ledger/verifier/index.ts';
import type { Options } from '../command.ts';
import { type Api, api, everyPage } from '../http.ts';
import type { Io } from '../io.ts';
import { trustIn, trustOf } from '../ledger-keys.ts';
import { FETCHING, ledgerText } from '../ledger-sources.ts';
import { currentSession } from '../session.ts';
import { auditPlace, tellAudit } from './ledger-audit.ts';

const COVER_TRIES = 120;
const COVER_PAUSE_MS = 500;
const SEAL_TRIES = 20;
const SEAL_PAUSE_MS = 250;
const Head = z.looseObject({ size: z.int() });
const Subject = z.object({ kind: z.string(), id: z.string(), rev: z.int() });

/** Where the own installation's ledger is served. */
export function ownLedger({ api: base } = currentSession()): string {
  return `${base}/v1/ledger`;
}

/** The size of the newest checkpoint that is served; undefined while there is none. Its signature is not looked at. */
export async function servedSize(prefix: string): Promise<number | undefined> {
  const note = await ledgerText(prefix, 'checkpoint');
  const lines = note === undefined ? undefined : readCheckpointLines(note);
  return lines === undefined || isRefused(lines) ? undefined : Number(lines.size);
}

/** Waits, within a minute, until the newest checkpoint covers so many entries; answers whether it does. */
export async function awaitCoverage(prefix: string, entries: number): Promise<boolean> {
  for (let attempt = 1; attempt <= COVER_TRIES; attempt += 1) {
    if (((await servedSize(prefix)) ?? 0) >= entries) return true;
    await FETCHING.pause(COVER_PAUSE_MS);
  }
  return false;
}

/** Audits the own installation's ledger as a stranger would, from its public files; the subjects of --complete it is asked for. */
export async function auditOwn(options: Options, io: Io): Promise<number> {
  const prefix = ownLedger();
  const trust = (await trustOf(options)) ?? (await trustServed(prefix, options, io));
  // The subjects first: a ledger that grows meanwhile is then no finding.
  const subjects = options.complete === true ? await settledSubjects(api()) : [];
  const decisions = subjects.reduce((sum, { rev }) => sum + rev, 0);
  if (!(await awaitCoverage(prefix, decisions)))
    io.say(`the newest checkpoint does not cover the ${decisions} decisions that there are`);
  const place = { source: urlSource(prefix, FETCHING) };
  const report = await auditPlace(place, { trust, subjects }, options, io);
  return tellAudit(report, options, io, 'complete: every decision of every subject is sealed');
}

/** Trust in the keys that the ledger itself serves: that its files belong together is all that they can show. */
async function trustServed(prefix: string, options: Options, io: Io) {
  io.say(
    'warning: the key was fetched from the ledger itself, and proves nothing about who runs it. Name the key that you know it by: --key',
  );
  return await trustIn((await ledgerText(prefix, 'key')) ?? '', options);
}

/** The subjects, once the ledger has had a moment to take up what was decided just before. */
export async function settledSubjects(call: Api): Promise<readonly z.infer<typeof Subject>[]> {
  const subjects = await everyPage(call, '/v1/ledger/subjects', Subject);
  const decisions = subjects.reduce((sum, subject) => sum + subject.rev, 0);
  for (let attempt = 0; attempt < SEAL_TRIES; attempt += 1) {
    const { size } = Head.parse(await call('GET', '/v1/ledger/head'));
    if (size >= decisions) break;
    await FETCHING.pause(SEAL_PAUSE_MS);
  }
  return subjects;
}
