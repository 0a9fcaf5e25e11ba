import { sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  type CosignDeps,
  checkpointCosigner,
  proveGrowth,
  type WitnessFailure,
} from '../../../../shared/ledger/publish/index.ts';
import {
  cosignedMessage,
  isRefused,
  openCheckpoint,
  signatureLine,
  splitNote,
  u64,
} from '../../../../shared/ledger/verifier/index.ts';
import {
  addCheckpoint,
  type Witness,
  type WitnessDeps,
  type WitnessReply,
} from '../../../../shared/ledger/witness/index.ts';
import { servedLedger } from '../../../support/served-ledger.ts';
import { sealedEntries } from '../../../support/tile-ledger.ts';
import { cryptography, ORIGIN, requestBody, signing, witnessDeps } from '../../../support/witness.ts';

const entries = sealedEntries('holdfast', 700);
const rewritten = sealedEntries('holdfast', 700, 'd');
const key = signing.witness.verifier;
const SECONDS = BigInt(Date.parse('2026-11-21T10:00:00Z') / 1000);

/** A witness without HTTP between. */
function near(deps: WitnessDeps): Witness & { readonly asked: number[] } {
  const asked: number[] = [];
  const cosign: Witness['cosign'] = async (old, proof, note) => {
    asked.push(old);
    const answer = await addCheckpoint(deps, requestBody(old, proof, note));
    if (answer.status === 200) return { kind: 'cosigned', lines: [answer.line.trimEnd()] };
    if (answer.status === 409) return { kind: 'conflict', size: answer.size };
    return { kind: 'refused', ...answer };
  };
  return { asked, cosign };
}

async function publish(
  size: number,
  witnesses: readonly Witness[],
  before?: number,
  of = entries,
  head = size,
) {
  const { deps } = servedLedger(of, size, signing, ORIGIN);
  const stored = await deps.checkpoints.newest();
  const failures: WitnessFailure[] = [];
  const counted: string[] = [];
  const cosign: CosignDeps = {
    witnesses: witnesses.map((witness) => ({ key, witness })),
    prove: (from, to) => proveGrowth(deps, from, to),
    headSize: async () => head,
    clock: () => Number(SECONDS) * 1000,
    meter: { count: (name) => counted.push(name), measure: () => undefined },
    tell: (failure) => failures.push(failure),
  };
  const earlier =
    before === undefined ? undefined : { ...stored, size: before, note: await noteWithLine(before) };
  const lines = await checkpointCosigner(cosign)({ ...stored, before: earlier });
  return { lines, failures, counted, note: `${stored.note}${lines.join('')}` };
}

/** An earlier checkpoint with the witness's line on it. */
async function noteWithLine(size: number): Promise<string> {
  const { note } = await servedLedger(entries, size, signing, ORIGIN).deps.checkpoints.newest();
  return `${note}${lineOver(note)}\n`;
}

function lineOver(note: string, time = SECONDS): string {
  const split = splitNote(note);
  const text = isRefused(split) ? '' : split.text;
  const signature = sign(null, cosignedMessage(text, time), signing.witness.secret);
  return signatureLine(key, Buffer.concat([u64(time), signature])).trimEnd();
}

describe('the witnesses of a ledger', () => {
  test('cosign as it grows, over edges of tiles, and the shipped verifier asks for both keys', async () => {
    const witness = near(witnessDeps());
    let before: number | undefined;
    for (const size of [1, 3, 255, 256, 257, 512, 600, 700]) {
      const { note, failures, counted } = await publish(size, [witness], before);
      expect(failures).toEqual([]);
      expect(counted).toEqual(['ledger_witness_cosigned_total']);
      const trust = { keys: [signing.log.verifier, key], cosigned: true };
      expect(await openCheckpoint(note, trust, cryptography)).toMatchObject({ size: BigInt(size) });
      before = size;
    }
    expect(witness.asked).toEqual([0, 1, 3, 255, 256, 257, 512, 600]);
  });

  test('are asked again, once, from the size that they name', async () => {
    const deps = witnessDeps();
    await publish(300, [near(deps)]);
    const witness = near(deps);
    expect((await publish(600, [witness])).lines).toHaveLength(1);
    expect(witness.asked).toEqual([0, 300]);
    const heartbeat = near(deps);
    expect((await publish(600, [heartbeat], 600)).lines).toHaveLength(1);
    expect(heartbeat.asked).toEqual([600]);
  });

  test('contradict a ledger that was rolled back, and one that was rewritten', async () => {
    const deps = witnessDeps();
    await publish(600, [near(deps)]);
    const rolledBack = await publish(400, [near(deps)], 400);
    expect([rolledBack.lines, rolledBack.counted]).toEqual([[], ['ledger_witness_contradicted_total']]);
    expect(rolledBack.failures[0]?.reason).toMatch(/600 entries, and this ledger has 400/);
    const other = await publish(700, [near(deps)], undefined, rewritten);
    expect([other.lines, other.counted]).toEqual([[], ['ledger_witness_contradicted_total']]);
  });

  test('contradict nothing where another publisher was faster', async () => {
    const deps = witnessDeps();
    await publish(600, [near(deps)]);
    const slower = await publish(400, [near(deps)], undefined, entries, 600);
    expect(slower.counted).toEqual(['ledger_witness_failed_total']);
  });

  test('that fail leave the lines of the others', async () => {
    const broken: Witness = { cosign: () => Promise.reject(new Error('no route to it')) };
    const { lines, failures } = await publish(300, [broken, near(witnessDeps())]);
    expect(lines).toHaveLength(1);
    expect(failures).toEqual([{ witness: key.name, contradicts: false, reason: 'no route to it' }]);
  });
});

describe('what a witness answers is not believed', () => {
  const says = (reply: (note: string) => WitnessReply): Witness => ({
    cosign: async (_old, _proof, note) => reply(note),
  });
  const lines = (...given: readonly string[]): WitnessReply => ({ kind: 'cosigned', lines: given });
  const withoutLast = (line: string) => `${line.slice(0, -8)}AAAAAAA=`;

  test.each<[string, (note: string) => WitnessReply, RegExp]>([
    ['nothing', () => lines(), /no line of its answer/],
    ["the log's own line", (note) => lines(note.trimEnd().split('\n').at(-1) ?? ''), /no line of its answer/],
    ['no line', () => lines('yes'), /no signature lines/],
    ['a note of its own', (note) => lines(...note.split('\n')), /no signature lines/],
    ['a broken signature', (note) => lines(withoutLast(lineOver(note))), /does not hold/],
    [
      'a line over another text',
      (note) => lines(lineOver(note.replace('\n300\n', '\n299\n'))),
      /does not hold/,
    ],
    ['an old line', (note) => lines(lineOver(note, SECONDS - 301n)), /301|s off/],
    ['a line of tomorrow', (note) => lines(lineOver(note, SECONDS + 86_400n)), /s off/],
    ['a size again and again', () => ({ kind: 'conflict', size: 7n }), /while it was asked/],
    ['a refusal', () => ({ kind: 'refused', status: 404, reason: 'who are you?' }), /404: who are you/],
  ])('%s is dropped, counted and told', async (_, reply, reason) => {
    const { lines: taken, failures, counted } = await publish(300, [says(reply)]);
    expect(taken).toEqual([]);
    expect(counted).toEqual(['ledger_witness_failed_total']);
    expect(failures[0]?.reason).toMatch(reason);
  });

  test('of its own lines one is taken, and of strangers none', async () => {
    const stranger = lineOver('x\n\n').replace(key.name, 'stranger');
    const { lines: taken } = await publish(300, [
      says((note) => lines(stranger, lineOver(note), lineOver(note))),
    ]);
    expect(taken).toHaveLength(1);
    expect(taken[0]).toContain(key.name);
  });
});
