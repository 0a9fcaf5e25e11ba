import { type AuditReport, base64, hex, urlSource } from '../../shared/ledger/verifier/index.ts';
import { EXIT } from '../command.ts';
import { api } from '../http.ts';
import type { Io } from '../io.ts';
import { trustIn } from '../ledger-keys.ts';
import { FETCHING, ledgerText } from '../ledger-sources.ts';
import { auditPlace } from './ledger-audit.ts';
import { awaitCoverage, ownLedger } from './ledger-own.ts';
import { exitOf, type LedgerReport, reportLines, verifyOverApi } from './ledger-verify.ts';

/** The ledger at the end of a run: all that the API shows, then its public files, as somebody without a token checks them. */
export type DemoLedger = {
  readonly report: LedgerReport;
  readonly audit: AuditReport;
  readonly checkpoint?: {
    readonly size: number;
    readonly root: string;
    readonly key: string;
    readonly ageSeconds?: number;
  };
};

/** Waits until a checkpoint covers the last decision, and checks the ledger both ways. */
export async function checkDemoLedger(
  target: { readonly api: string; readonly token: string },
  io: Io,
): Promise<DemoLedger> {
  const report = await verifyOverApi(api(target), true);
  const entries = report.verification.kind === 'sound' ? report.verification.size : 0;
  const prefix = ownLedger(target);
  if (!(await awaitCoverage(prefix, entries)))
    io.say(`no checkpoint covers all of the ${entries} entries within a minute`);
  const trust = await trustIn((await ledgerText(prefix, 'key')) ?? '', {});
  const place = { source: urlSource(prefix, FETCHING) };
  const audit = await auditPlace(place, { trust, subjects: [] }, {}, io);
  if (audit.checkpoint === undefined) return { report, audit };
  const { size, root, signers, time } = audit.checkpoint;
  const ageSeconds = time === undefined ? undefined : Math.floor(Date.now() / 1000) - Number(time);
  const key = signers[0] ?? '';
  return {
    ...{ report, audit },
    checkpoint: { size, root: hex(root), key, ...(ageSeconds !== undefined && { ageSeconds }) },
  };
}

/** Whether all of the ledger is sound, and a checkpoint vouches for every entry. */
export function isSound({ report, audit }: DemoLedger): boolean {
  const entries = report.verification.kind === 'sound' ? report.verification.size : Number.POSITIVE_INFINITY;
  return exitOf(report) === EXIT.yes && audit.verdict === 'sound' && audit.checked >= entries;
}

export function demoLedgerLines(ledger: DemoLedger): readonly string[] {
  const { report, audit, checkpoint } = ledger;
  const findings = audit.findings.map((finding) => `${finding.verdict}: ${finding.reason}`);
  if (checkpoint === undefined) return [...reportLines(report), 'NOT SIGNED: no checkpoint', ...findings];
  const { size, key, ageSeconds } = checkpoint;
  const age = ageSeconds === undefined ? '' : `, ${ageSeconds} s old`;
  return [
    ...reportLines(report),
    `checkpoint: size ${size}, root ${base64(Buffer.from(checkpoint.root, 'hex'))}, signed by ${key}${age}`,
    `checked by its public files alone, without a token: ${audit.verdict}, ${audit.checked} entries`,
    ...findings,
  ];
}
