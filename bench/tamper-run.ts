import { nodeCryptography } from '../shared/ledger/node-crypto.ts';
import { type AuditReport, auditLedger } from '../shared/ledger/verifier/index.ts';
import {
  memorySource,
  type Published,
  type Publishing,
  publish,
  sealedEntries,
  signingFor,
} from '../test/support/tile-ledger.ts';
import { TAMPERINGS, type Tampered } from './tamper-cases.ts';
import { KEY_TAMPERINGS, ORIGIN, rotatedAt } from './tamper-keys.ts';

const LEDGER_ID = 'bench-ledger';
const TIME = Date.parse('2026-11-21T10:00:10Z') / 1000;
const MAX_AGE_S = 600;
const CHECKPOINT_EACH = 97;

export type MatrixLine = {
  readonly name: string;
  readonly runs: number;
  readonly found: number;
  /** Runs whose first bad entry was named exactly, of those that have one. */
  readonly exact: number;
  readonly exactOf: number;
  /** Runs of a rewrite of everything, where the checkpoints bound the run: the bounds held it. */
  readonly bounded: number;
  readonly boundedOf: number;
  readonly wrong: readonly string[];
};

/** first, middle, last, and the entries at the edges of the first tile. */
export function placesOf(size: number): readonly number[] {
  const places = [0, Math.floor(size / 2), size - 1, 254, 255, 256, 257, 511, 512].filter(
    (at) => at >= 0 && at < size,
  );
  return [...new Set(places)].sort((a, b) => a - b);
}

/** Every tampering at every place of ledgers of some sizes. */
export async function tamperMatrix(
  sizes: readonly number[],
  each: (name: string) => void = () => {},
): Promise<readonly MatrixLine[]> {
  const lines: MatrixLine[] = [];
  for (const { name, apply } of [...TAMPERINGS, ...KEY_TAMPERINGS]) {
    const line = {
      name,
      runs: 0,
      found: 0,
      exact: 0,
      exactOf: 0,
      bounded: 0,
      boundedOf: 0,
      wrong: [] as string[],
    };
    for (const size of sizes) {
      const ledger = { entries: sealedEntries(LEDGER_ID, size), publishing: await publishingFor(size) };
      for (const at of placesOf(size)) {
        const tampered = apply(ledger, at);
        if (tampered.verdict !== 'sound')
          count(line, tampered, await audit(tampered.published, tampered), `${size} at ${at}`);
      }
    }
    lines.push(line);
    each(name);
  }
  return lines;
}

/** False alarms over ledgers that nobody touched, of sizes from 0 on. */
export async function cleanLedgers(
  sizes: Iterable<number>,
): Promise<{ readonly runs: number; readonly alarms: readonly string[] }> {
  const alarms: string[] = [];
  let runs = 0;
  for (const size of sizes) {
    const ledger = { entries: sealedEntries(LEDGER_ID, size), publishing: await publishingFor(size) };
    // every second one has had its key rotated, somewhere
    const published =
      size % 2 === 0 || size === 1
        ? publish(ledger.entries, ledger.publishing)
        : rotatedAt(ledger, ((size * size) % 97) % size);
    const { verdict, findings } = await audit(published);
    runs += 1;
    if (verdict !== 'sound') alarms.push(`${size}: ${verdict} ${JSON.stringify(findings)}`);
  }
  return { runs, alarms };
}

export async function publishingFor(size: number): Promise<Publishing> {
  const due = Array.from({ length: Math.ceil(size / CHECKPOINT_EACH) }, (_, at) => at * CHECKPOINT_EACH);
  return {
    signing: await signingFor(ORIGIN),
    origin: ORIGIN,
    sizes: [...new Set([...due, size])],
    time: TIME,
  };
}

export async function audit(
  published: Published,
  { since, now = TIME + 1, ownClock }: Partial<Tampered> = {},
): Promise<AuditReport> {
  const { log, witness, clock } = await signingFor(ORIGIN);
  const second = ownClock === true ? clock : witness;
  return auditLedger(
    memorySource(published),
    {
      trust: { keys: [log.verifier, second.verifier] },
      ledgerId: LEDGER_ID,
      fresh: { now, maxAge: MAX_AGE_S },
      complete: { subjects: [] },
      ...(since !== undefined && { since }),
    },
    nodeCryptography(),
  );
}

type Counting = { -readonly [Name in keyof MatrixLine]: MatrixLine[Name] } & { wrong: string[] };

function count(line: Counting, tampered: Tampered, report: AuditReport, where: string): void {
  const { firstBad, within, verdict } = tampered;
  const found = report.verdict === verdict;
  const exact = firstBad !== undefined && report.firstBad === firstBad;
  const bounded =
    within !== undefined &&
    report.findings.some(
      ({ suspects }) => suspects !== undefined && suspects.from <= within && within < suspects.to,
    );
  line.runs += 1;
  line.found += Number(found);
  line.exactOf += Number(firstBad !== undefined);
  line.exact += Number(exact);
  line.boundedOf += Number(within !== undefined);
  line.bounded += Number(bounded);
  const right = found && (firstBad === undefined || exact) && (within === undefined || bounded);
  if (!right)
    line.wrong.push(
      `${where}: ${report.verdict} at ${report.firstBad}, not ${verdict} at ${firstBad ?? within}: ${JSON.stringify(report.findings)}`,
    );
}
