import { expect, test } from 'vitest';
import { nodeCryptography } from '../../../../shared/ledger/node-crypto.ts';
import {
  checkpointPath,
  ledgerKeyLines,
  originOf,
  signCheckpoint,
} from '../../../../shared/ledger/publish/index.ts';
import { isRefused, openCheckpoint, readVerifierKey } from '../../../../shared/ledger/verifier/index.ts';
import { memorySigner } from '../../../support/memory-publishing.ts';

const origin = 'example.org/test';
const root = 'ab'.repeat(32);
const signer = memorySigner();

async function keys() {
  const lines = await ledgerKeyLines(origin, await signer.publicKey());
  const read = await Promise.all(lines.map((line) => readVerifierKey(line, nodeCryptography())));
  return read.map((key) => {
    if (isRefused(key)) throw new Error(key.refused);
    return key;
  });
}

test("the note of a checkpoint opens with the ledger's key lines, and says when it was signed", async () => {
  const note = await signCheckpoint(signer, { origin, size: 300, root }, 1_795_255_200.9);
  const [log, clock] = await keys();
  if (log === undefined || clock === undefined) throw new Error('two keys');
  const opened = await openCheckpoint(note, { keys: [log, clock] }, nodeCryptography());
  expect(opened).toMatchObject({ origin, size: 300n, time: 1_795_255_200n });
  expect(opened).toMatchObject({ root: Uint8Array.from({ length: 32 }, () => 0xab) });
  expect(log.id).not.toBe(clock.id);
  expect(note.split('\n')).toHaveLength(7);
  const alone = await openCheckpoint(note, { keys: [log] }, nodeCryptography());
  expect(isRefused(alone)).toBe(false);
});

test('no other key opens it, and no changed byte is accepted', async () => {
  const note = await signCheckpoint(signer, { origin, size: 300, root }, 1_795_255_200);
  const other = await ledgerKeyLines(origin, await memorySigner('another').publicKey());
  const stranger = await readVerifierKey(other[0], nodeCryptography());
  if (isRefused(stranger)) throw new Error(stranger.refused);
  expect(isRefused(await openCheckpoint(note, { keys: [stranger] }, nodeCryptography()))).toBe(true);
  const changed = note.replace('\n300\n', '\n301\n');
  expect(isRefused(await openCheckpoint(changed, { keys: await keys() }, nodeCryptography()))).toBe(true);
});

test('the origin is the parameter, or made of the id of the ledger, and always a key name', () => {
  expect(originOf('', 'holdfast')).toBe('holdfast/holdfast');
  expect(originOf('example.org/log', 'holdfast')).toBe('example.org/log');
  for (const bad of ['a b', 'a+b', 'a\u00a0b', 'x'.repeat(201)])
    expect(() => originOf(bad, 'holdfast')).toThrow('LedgerOrigin');
  expect(() => originOf('', 'my ledger')).toThrow('LedgerOrigin');
});

test('checkpoints are kept under twenty digits', () => {
  expect(checkpointPath(300)).toBe('checkpoint/00000000000000000300');
});
