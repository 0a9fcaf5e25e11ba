import { generateKeyPairSync, sign, webcrypto } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeCryptography } from '../../../../shared/ledger/node-crypto.ts';
import { inclusionProof, rootAt, subtreesOf } from '../../../../shared/ledger/proofs.ts';
import { hashOfLeaf } from '../../../../shared/ledger/tiles.ts';
import {
  checkProofFile,
  checkpointText,
  cosignedMessage,
  isRefused,
  NOTE_TYPES,
  openCheckpoint,
  openNote,
  proofFileText,
  readProofFile,
  readVerifierKey,
  signatureLine,
  u64,
  type VerifierKey,
  verifierKeyText,
  webCryptography,
} from '../../../../shared/ledger/verifier/index.ts';
import { sealedEntries, signedCheckpoint, signingFor } from '../../../support/tile-ledger.ts';

const ORIGIN = 'holdfast.example/notes';
const TIME = 1_795_000_000;
const crypto = nodeCryptography();
const signing = await signingFor(ORIGIN);
const { log, witness } = signing;
const root = new Uint8Array(32).fill(7);
const note = signedCheckpoint({ origin: ORIGIN, size: 5n, root }, signing, TIME);
const trust = { keys: [log.verifier, witness.verifier] };

/** The log's own key as a cosigner: the same name and secret, another id. */
async function ownClock(): Promise<VerifierKey> {
  const clock = { type: NOTE_TYPES.cosignature, key: log.verifier.key } as const;
  const vkey = await verifierKeyText(ORIGIN, clock, crypto);
  const read = await readVerifierKey(vkey, crypto);
  if (isRefused(read)) throw new Error(read.refused);
  return read;
}

function cosignatureLine(key: VerifierKey, time: number): string {
  const message = cosignedMessage(note.slice(0, note.indexOf('\n\n') + 1), BigInt(time));
  return signatureLine(key, Buffer.concat([u64(BigInt(time)), sign(null, message, log.secret)]));
}

const reasonOf = (answer: object): unknown => ('refused' in answer ? answer.refused : 'accepted');

describe('a checkpoint', () => {
  test('opens with the log key, and a known cosigner says when', async () => {
    const opened = await openCheckpoint(note, trust, crypto);
    expect(opened).toMatchObject({ origin: ORIGIN, size: 5n, root, time: BigInt(TIME) });
    expect(await openCheckpoint(note, { keys: [log.verifier] }, crypto)).not.toHaveProperty('time');
  });

  test('opens alike with the cryptography of a browser', async () => {
    const opened = await openCheckpoint(note, trust, webCryptography(webcrypto.subtle));
    expect(opened).toEqual(await openCheckpoint(note, trust, crypto));
  });

  test.each([
    ['of another origin', { ...trust, origin: 'another.example/log' }, 'it is a checkpoint of'],
    ['that only cosigners signed', { keys: [witness.verifier] }, 'only cosigners have signed'],
    ['by nobody known', { keys: [] }, 'no signature is by a known key'],
    ['whose two keys cannot be told apart', { keys: [log.verifier, { ...log.verifier }] }, 'two known keys'],
  ])('%s is refused', async (_, other, reason) => {
    expect(reasonOf(await openCheckpoint(note, other, crypto))).toContain(reason);
  });

  test('without the cosignature that is asked for is refused', async () => {
    const alone = `${note.split('\n').slice(0, 5).join('\n')}\n`;
    expect(isRefused(await openCheckpoint(alone, trust, crypto))).toBe(false);
    expect(reasonOf(await openCheckpoint(alone, { ...trust, cosigned: true }, crypto))).toContain(
      'no witness',
    );
  });

  test.each([
    ['a size with a leading zero', `${ORIGIN}\n05\n`, 'the size'],
    ['a size of 2^64', `${ORIGIN}\n18446744073709551616\n`, 'the size'],
    ['no origin', '\n5\n', 'no origin'],
  ])('with %s is refused though it is signed', async (_, lines, reason) => {
    const text = `${lines}${checkpointText({ origin: '', size: 0n, root }).split('\n')[2]}\n`;
    const signed = `${text}\n${signatureLine(log.verifier, sign(null, Buffer.from(text), log.secret))}`;
    expect(reasonOf(await openCheckpoint(signed, trust, crypto))).toContain(reason);
  });

  test.each([
    ['a line that is no signature', `${note}not a signature\n`],
    ['a signature that is not base64', note.replace(/ \S+\n$/, ' ????\n')],
    ['base64 in another spelling', note.replace(/=\n$/, '\n')],
    ['a control character', note.replace('\n5\n', '\n5\r\n')],
    ['no blank line', note.replace('\n\n', '\n')],
    ['no final newline', note.slice(0, -1)],
    ['a key name with a plus', note.replace(`— ${ORIGIN}`, `— ${ORIGIN}+`)],
  ])('in a note with %s is refused', async (_, broken) => {
    expect(isRefused(await openNote(broken, trust.keys, crypto))).toBe(true);
  });

  test('signed with P-256, the second choice, opens on both kinds of cryptography', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    const vkey = await verifierKeyText(
      ORIGIN,
      { type: NOTE_TYPES.p256, key: { algorithm: 'p256', spki } },
      crypto,
    );
    const key = await readVerifierKey(vkey, crypto);
    if (isRefused(key)) throw new Error(key.refused);
    const text = checkpointText({ origin: ORIGIN, size: 5n, root });
    const signed = `${text}\n${signatureLine(key, sign('sha256', Buffer.from(text), privateKey))}`;
    for (const each of [crypto, webCryptography(webcrypto.subtle)]) {
      expect(await openCheckpoint(signed, { keys: [key] }, each)).toMatchObject({ size: 5n });
      const other = await openCheckpoint(signed.replace('\n5\n', '\n6\n'), { keys: [key] }, each);
      expect(reasonOf(other)).toContain('does not hold');
    }
  });
});

test('the log itself says when where no witness is known; where one is, the log is not asked', async () => {
  const clock = await ownClock();
  const timed = note + cosignatureLine(clock, TIME + 60);
  const own = [log.verifier, clock];
  expect(await openCheckpoint(timed, { keys: own }, crypto)).toMatchObject({ time: BigInt(TIME + 60) });
  const both = { keys: [...own, witness.verifier], cosigned: true };
  expect(await openCheckpoint(timed, both, crypto)).toMatchObject({ time: BigInt(TIME) });
  const unwitnessed = timed
    .split('\n')
    .filter((line) => !line.includes('witness'))
    .join('\n');
  expect(reasonOf(await openCheckpoint(unwitnessed, both, crypto))).toContain('no witness');
  expect(await openCheckpoint(unwitnessed, { ...both, cosigned: false }, crypto)).not.toHaveProperty('time');
});

const entries = sealedEntries('notes', 5);
const leaves = entries.map((entry) => hashOfLeaf(Buffer.from(entry)));
const subtree = subtreesOf(leaves);
const [top, last] = [subtree(2, 0), subtree(0, 4)];

describe('a proof file', () => {
  test('is read as it was written', () => {
    const file = { extra: Buffer.from(entries[2] ?? ''), index: 2n, proof: [top, last], checkpoint: note };
    expect(readProofFile(proofFileText(file))).toEqual({
      ...file,
      extra: new Uint8Array(file.extra),
      proof: file.proof.map((hash) => new Uint8Array(hash)),
    });
    const { extra: _, ...bare } = file;
    expect(readProofFile(proofFileText(bare))).not.toHaveProperty('extra');
  });

  test.each([
    ['another first line', (text: string) => text.replace('@v1', '@v2'), 'the first line'],
    ['no index', (text: string) => text.replace('index 2\n', ''), 'the line with the index'],
    [
      'an index of 2^64',
      (text: string) => text.replace('index 2', 'index 18446744073709551616'),
      'the line with the index',
    ],
    [
      'an index with a leading zero',
      (text: string) => text.replace('index 2', 'index 02'),
      'the line with the index',
    ],
    [
      'a hash that is too short',
      (text: string) => text.replace(/index 2\n.*\n/, 'index 2\nAAAA\n'),
      'no hash of 32 bytes',
    ],
    [
      'a path that is longer than any tree is high',
      (text: string) => text.replace(/(index 2\n)(.*\n)/, `$1${'$2'.repeat(65)}`),
      'no tree is as high',
    ],
    ['no checkpoint', (text: string) => text.split('\n\n')[0] ?? '', 'no blank line'],
    ['extra data that is no base64', (text: string) => text.replace('extra ', 'extra ?'), 'the extra data'],
  ])('with %s is refused', (_, change, reason) => {
    const file = { extra: Buffer.from(entries[2] ?? ''), index: 2n, proof: [top, last], checkpoint: note };
    expect(reasonOf(readProofFile(change(proofFileText(file))))).toContain(reason);
  });
});

describe('checking a proof file', () => {
  test('proves an entry, not another one under its index, and not without the entry', async () => {
    const file = (index: number, extra: string) => {
      const checkpoint = signedCheckpoint(
        { origin: ORIGIN, size: 5n, root: rootAt(5, subtree) },
        signing,
        TIME,
      );
      return proofFileText({
        extra: Buffer.from(extra),
        index: BigInt(index),
        proof: inclusionProof(index, 5, subtree),
        checkpoint,
      });
    };
    expect(await checkProofFile(file(2, entries[2] ?? ''), trust, crypto)).toMatchObject({
      entry: { seq: 2 },
    });
    expect(reasonOf(await checkProofFile(file(2, entries[3] ?? ''), trust, crypto))).toContain(
      'another root',
    );
    const bare = file(2, '').replace('extra \n', '');
    expect(reasonOf(await checkProofFile(bare, trust, crypto))).toContain('must be given besides');
    expect(await checkProofFile(bare, trust, crypto, Buffer.from(entries[2] ?? ''))).toMatchObject({
      entry: { seq: 2 },
    });
  });

  test('of any bytes at all is refused and never throws', async () => {
    const sound = Buffer.from(
      proofFileText({
        extra: Buffer.from(entries[2] ?? ''),
        index: 2n,
        proof: [top, last],
        checkpoint: note,
      }),
    );
    const piece = fc.record({
      at: fc.nat(sound.length),
      cut: fc.nat(40),
      by: fc.uint8Array({ maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(piece, async ({ at, cut, by }) => {
        const changed = Buffer.concat([sound.subarray(0, at), by, sound.subarray(at + cut)]);
        expect(isRefused(await checkProofFile(changed, trust, crypto))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
