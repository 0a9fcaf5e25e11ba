import { sign } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { nodeCryptography } from '../../../../shared/ledger/node-crypto.ts';
import { inclusionProof, subtreesOf } from '../../../../shared/ledger/proofs.ts';
import { hashOfLeaf } from '../../../../shared/ledger/tiles.ts';
import {
  auditLedger,
  checkProofFile,
  cosignedMessage,
  proofFileText,
  signatureLine,
  type Trust,
  u64,
} from '../../../../shared/ledger/verifier/index.ts';
import {
  memorySource,
  type Published,
  publish,
  type Signing,
  type SigningKey,
  sealedEntries,
  signingFor,
} from '../../../support/tile-ledger.ts';

const ORIGIN = 'example.org/newest';
const TIME = 1_795_255_200;
let signing: Signing;
let published: Published;
const entries = sealedEntries('newest', 12);

beforeAll(async () => {
  signing = await signingFor(ORIGIN);
  published = publish(entries, { signing, origin: ORIGIN, sizes: [5, 12], time: TIME });
});

const trustIn = (...keys: readonly SigningKey[]): Trust => ({
  keys: keys.map(({ verifier }) => verifier),
  origin: ORIGIN,
  cosigned: keys.includes(signing.witness),
});

/** The checkpoint of the whole ledger, signed by the log and, at the given times, by others. */
function note(...lines: readonly (readonly [by: SigningKey, time: number])[]): Uint8Array {
  const [version] = published.checkpoints.get(12) ?? [];
  const whole = Buffer.from(version !== undefined && 'bytes' in version ? version.bytes : []).toString();
  const text = whole.slice(0, whole.indexOf('\n\n') + 1);
  const own = signatureLine(signing.log.verifier, sign(null, Buffer.from(text), signing.log.secret));
  const others = lines.map(([{ verifier, secret }, time]) => {
    const signature = sign(null, cosignedMessage(text, BigInt(time)), secret);
    return signatureLine(verifier, Buffer.concat([u64(BigInt(time)), signature]));
  });
  return Buffer.from(`${text}\n${own}${others.join('')}`);
}

/** An audit ten seconds after TIME over a ledger whose newest checkpoint, and what is archived of it, are replaced. */
async function audit(
  trust: Trust,
  newest: Uint8Array | undefined,
  archived: Uint8Array | undefined = newest,
) {
  const files = new Map(published.files);
  const checkpoints = new Map(published.checkpoints);
  if (newest === undefined) files.delete('checkpoint');
  else files.set('checkpoint', [{ bytes: newest }]);
  if (archived !== undefined) checkpoints.set(12, [{ bytes: archived }]);
  const fresh = { now: TIME + 10, maxAge: 600 };
  return auditLedger(memorySource({ files, checkpoints }), { trust, fresh }, nodeCryptography());
}

describe('who knows a witness', () => {
  test('is not served an older cosigned checkpoint in place of the newest that the witness never saw', async () => {
    const [older] = published.checkpoints.get(5) ?? [];
    const cosigned = older !== undefined && 'bytes' in older ? older.bytes : undefined;
    const report = await audit(trustIn(signing.log, signing.witness), cosigned, note());
    expect(report.verdict).toBe('altered');
    expect(report.findings.map(({ reason }) => reason)).toEqual([
      'no witness that is known has cosigned the newest checkpoint that the log has signed, of size 12',
    ]);
  });

  test('is not helped by a deleted one either; the same with the cosignature is sound', async () => {
    const trust = trustIn(signing.log, signing.witness);
    expect(await audit(trust, undefined, note())).toMatchObject({ verdict: 'altered' });
    expect(await audit(trust, note([signing.witness, TIME]), note())).toMatchObject({ verdict: 'sound' });
  });
});

describe("who knows the log's clock", () => {
  test('finds that its line is missing, under whatever name it stands there', async () => {
    const trust = trustIn(signing.log, signing.clock);
    const [whole] = [note([signing.clock, TIME])];
    expect(await audit(trust, whole)).toMatchObject({ verdict: 'sound' });
    const text = Buffer.from(whole).toString();
    // what is served must be whole, whatever is archived beside it
    expect(await audit(trust, note(), whole)).toMatchObject({ verdict: 'altered' });
    const lines = text.split('\n');
    const renamed = text.replace(
      lines.at(-2) ?? '',
      (lines.at(-2) ?? '').replace(ORIGIN, 'example.org/other!'),
    );
    for (const bytes of [note(), Buffer.from(renamed)])
      expect((await audit(trust, bytes)).findings).toEqual([
        {
          verdict: 'altered',
          reason: `the log's own time line is missing from the newest checkpoint that the log has signed, of size 12`,
        },
      ]);
  });

  test('takes no proof without its line', async () => {
    const trust = trustIn(signing.log, signing.clock);
    const leaves = entries.map((entry) => hashOfLeaf(Buffer.from(entry)));
    const proof = inclusionProof(5, 12, subtreesOf(leaves));
    const file = (checkpoint: Uint8Array) =>
      proofFileText({
        ...{ extra: Buffer.from(entries[5] ?? ''), index: 5n, proof },
        checkpoint: Buffer.from(checkpoint).toString(),
      });
    const check = (checkpoint: Uint8Array) => checkProofFile(file(checkpoint), trust, nodeCryptography());
    expect(await check(note([signing.clock, TIME]))).toMatchObject({ entry: { seq: 5 } });
    expect(await check(note())).toEqual({
      refused: "its checkpoint: the log's own time line is missing",
    });
  });

  test.each([
    [300, 'sound'],
    [311, 'stale'],
    [2_000_000_000, 'stale'],
    [Number.MAX_SAFE_INTEGER - TIME, 'stale'],
  ])('a time that lies %i s ahead of the signing is %s', async (ahead, verdict) => {
    const report = await audit(trustIn(signing.log, signing.clock), note([signing.clock, TIME + ahead]));
    expect(report.verdict).toBe(verdict);
  });
});
