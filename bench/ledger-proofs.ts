import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { writeExported } from '../cli/ledger-directory.ts';
import { append, emptyHead, type LedgerHead, rootOf } from '../shared/ledger/index.ts';
import { nodeCryptography } from '../shared/ledger/node-crypto.ts';
import { inclusionProof, rootAt, subtreesFromTiles } from '../shared/ledger/proofs.ts';
import { hashOfLeaf, type TileFile, tileBuilder } from '../shared/ledger/tiles.ts';
import { checkInclusion, tilePath } from '../shared/ledger/verifier/index.ts';
import { signedCheckpoint, signingFor } from '../test/support/tile-ledger.ts';
import { inChild } from './child.ts';
import { measureCeilings, perSecond, type Rate, rate, record } from './ledger-ceilings.ts';
import { type Bench, held, type Measured, type Say } from './result.ts';
import { median } from './statistics.ts';

const ENTRIES = 1_000_000;
const BATCH = 99;
const PROOFS = 20_000;
const REPEATS = 3;
const ORIGIN = 'holdfast.example/bench';
const NOW = Date.parse('2026-11-21T10:00:00Z');
const NOTES = [
  'By processor time: user and system seconds of the process, which other work on the machine stretches little; by the clock: what was waited. Processor time holds the threads of the garbage collector too, so that it can exceed the clock.',
  'The audit reads bundles and tiles from disk, checks every byte of every entry for its canonical form, two hashes an entry (leaf and link) and one a tree node, every tile and the signed root. With --complete it keeps a name and a number for each of the 142,858 subjects besides, to see that no revision is missing. Memory is the most that the process ever held, with Node itself and the types taken off its sources (90 MB before the audit begins); as `holdfast ledger verify` does, it tells V8 not to enlarge the memory for new objects.',
  `Appended in batches of ${BATCH}, as the sealing function does.`,
];

const Audited = z.object({
  complete: z.boolean(),
  ...{ verdict: z.string(), checked: z.number(), seconds: z.number(), processorSeconds: z.number() },
  megabytes: z.number(),
});

export const ledgerProofsBench: Bench = {
  name: 'ledger-proofs',
  summary:
    'The pure parts of the ledger on one core: appending, auditing an export of a million entries from disk, checking inclusion proofs, beside what the machine can do of SHA-256 and of canonical JSON in the same run.',
  run: measure,
};

async function measure(say: Say): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-ledger-'));
  try {
    return await measureIn(directory, say);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function measureIn(directory: string, say: Say): Promise<Measured> {
  const ceilings = measureCeilings();
  say('  ceilings measured');
  const { head, appended } = writeLedger(directory, say);
  const { log, witness } = await signingFor(ORIGIN);
  const root = Buffer.from(rootOf(head.frontier), 'hex');
  writeExported(
    directory,
    'checkpoint',
    signedCheckpoint({ origin: ORIGIN, size: BigInt(ENTRIES), root }, { log, witness }, NOW / 1000),
  );
  const audits: z.infer<typeof Audited>[] = [];
  for (let run = 0; run < REPEATS; run += 1) {
    audits.push(
      Audited.parse(
        await inChild(new URL('./ledger-proofs-audit.ts', import.meta.url), {
          directory,
          vkey: log.vkey,
          complete: run === REPEATS - 1,
        }),
      ),
    );
    say(`  audited: ${JSON.stringify(audits.at(-1))}`);
  }
  const proofs = await measureProofs();
  const plain = audits.filter(({ complete }) => !complete);
  const whole = audits.filter(({ complete }) => complete);
  const seconds = median(plain.map((each) => each.seconds));
  const processor = median(plain.map((each) => each.processorSeconds));
  return {
    rows: [
      held(perSecond('append (JCS, leaf, link, compact range), by processor time', appended.processor), {
        atLeast: 40_000,
      }),
      perSecond('append, by the clock', appended.clock),
      held(perSecond('full audit of 1,000,000 entries from disk, by processor time', ENTRIES / processor), {
        atLeast: 130_000,
      }),
      perSecond('full audit, by the clock', ENTRIES / seconds),
      held(
        { measure: 'full audit, by the clock', value: Math.round(seconds * 10) / 10, unit: 's' },
        { below: 10 },
      ),
      { measure: 'full audit, processor time', value: Math.round(processor * 10) / 10, unit: 's' },
      held(
        {
          measure: 'full audit, most memory',
          value: Math.round(Math.max(...plain.map(({ megabytes }) => megabytes))),
          unit: 'MB',
        },
        { below: 200 },
      ),
      ...whole.flatMap(({ megabytes, processorSeconds }) => [
        held(
          { measure: 'with --complete, most memory', value: Math.round(megabytes), unit: 'MB' },
          { below: 200 },
        ),
        perSecond('with --complete, by processor time', ENTRIES / processorSeconds),
      ]),
      {
        measure: 'verdict',
        value: [...new Set(audits.map(({ verdict, checked }) => `${verdict}, ${checked}`))].join(' '),
        unit: '',
      },
      held(perSecond('inclusion proofs of 20 hashes checked, by processor time', proofs.processor), {
        atLeast: 25_000,
      }),
      perSecond('inclusion proofs checked, by the clock', proofs.clock),
      ...ceilings,
    ],
    samples: {
      auditSeconds: audits.map((each) => each.seconds),
      auditProcessorSeconds: audits.map((each) => each.processorSeconds),
    },
    notes: NOTES,
  };
}

/** Appends a million entries and writes their files; only the appending is counted. */
function writeLedger(directory: string, say: Say): { readonly head: LedgerHead; readonly appended: Rate } {
  const builder = tileBuilder();
  let head = emptyHead('bench');
  let [milliseconds, user, system] = [0, 0, 0];
  for (let from = 0; from < ENTRIES; from += BATCH) {
    const records = Array.from({ length: Math.min(BATCH, ENTRIES - from) }, (_, at) => record(from + at));
    const before = process.cpuUsage();
    const startedAt = performance.now();
    const step = append(head, records, NOW);
    milliseconds += performance.now() - startedAt;
    const used = process.cpuUsage(before);
    [user, system] = [user + used.user, system + used.system];
    head = step.head;
    for (const { bytes } of step.entries) write(directory, builder.add(Buffer.from(bytes)));
    if (from % (BATCH * 2000) === 0) say(`  ${from} entries written`);
  }
  write(directory, builder.partial());
  return { head, appended: rate(ENTRIES, milliseconds, { user, system }) };
}

function write(directory: string, files: readonly TileFile[]): void {
  for (const { path, bytes } of files) writeExported(directory, path, bytes);
}

/** Inclusion proofs in a tree of 2^20 leaves: 20 hashes each. */
async function measureProofs(): Promise<Rate> {
  const size = 2 ** 20;
  const builder = tileBuilder();
  const files = new Map<string, Uint8Array>();
  const leaf = Buffer.from('leaf');
  for (let at = 0; at < size; at += 1)
    for (const { path, bytes } of builder.add(leaf)) files.set(path, bytes);
  for (const { path, bytes } of builder.partial()) files.set(path, bytes);
  const subtree = subtreesFromTiles(size, (tile) => files.get(tilePath(tile)) ?? new Uint8Array());
  const [root, hashed] = [rootAt(size, subtree), hashOfLeaf(leaf)];
  const { sha256 } = nodeCryptography();
  const claims = Array.from({ length: 100 }, (_, at) => {
    const index = at * 10_007;
    return {
      index: BigInt(index),
      size: BigInt(size),
      root,
      leaf: hashed,
      proof: inclusionProof(index, size, subtree),
    };
  });
  const before = process.cpuUsage();
  const startedAt = performance.now();
  for (let run = 0; run < PROOFS / claims.length; run += 1)
    for (const claim of claims) {
      const refusal = await checkInclusion(sha256, claim);
      if (refusal !== undefined) throw new Error(refusal.refused);
    }
  return rate(PROOFS, performance.now() - startedAt, process.cpuUsage(before));
}
