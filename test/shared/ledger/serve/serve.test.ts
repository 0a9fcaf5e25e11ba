import { describe, expect, test } from 'vitest';
import { nodeCryptography } from '../../../../shared/ledger/node-crypto.ts';
import {
  getCheckpoint,
  getLedgerKey,
  ProofParams,
  proveEntry,
  readTileFile,
} from '../../../../shared/ledger/serve/index.ts';
import { checkProofFile, hex } from '../../../../shared/ledger/verifier/index.ts';
import { servedLedger } from '../../../support/served-ledger.ts';
import { sealedEntries, signingFor } from '../../../support/tile-ledger.ts';

const ORIGIN = 'holdfast.example/served';
const signing = await signingFor(ORIGIN);
const crypto = nodeCryptography();
const trust = { keys: [signing.log.verifier] };
const entries = sealedEntries('served', 700);
const served = servedLedger(entries, 600, signing, ORIGIN);

describe('the files of the ledger', () => {
  test('full and partial ones are those that the builder makes', async () => {
    const all = new Map([
      ...served.stored,
      ...served.builder.partial().map(({ path, bytes }) => [path, bytes] as const),
    ]);
    expect([...all.keys()]).toContain('tile/1/000.p/2');
    for (const [path, bytes] of all) {
      const answer = await readTileFile(served.deps, path);
      expect(hex(answer.bytes), path).toBe(hex(bytes));
      expect(answer.full).toBe(!path.includes('.p/'));
    }
  });

  test.each([
    ['tile/0/002.p/1', 'tile/0/002.p/88', 32],
    ['tile/1/000.p/1', 'tile/1/000.p/2', 32],
    ['tile/0/000.p/7', 'tile/0/000', 7 * 32],
  ])('%s is the beginning of %s: checkpoints before the newest had it', async (narrow, wide, length) => {
    const { bytes } = await readTileFile(served.deps, narrow);
    expect(hex(bytes)).toBe(hex((await readTileFile(served.deps, wide)).bytes.subarray(0, length)));
  });

  test('a narrow bundle holds the first entries of a full one', async () => {
    const { bytes } = await readTileFile(served.deps, 'tile/entries/001.p/2');
    expect(Buffer.from(bytes).toString()).toContain('"seq":257,');
    expect(Buffer.from(bytes).toString()).not.toContain('"seq":258,');
  });

  test.each([
    'tile/0/002.p/89', // the table has the entry, the checkpoint does not cover it
    'tile/entries/002.p/89',
    'tile/entries/002',
    'tile/0/003.p/1',
    'tile/1/000.p/3',
    'tile/2/000.p/1',
    'tile/0/000.p/256',
    'tile/0/0',
    'tile/0/000.p/0',
    'tile/0/000.p/07',
    'tile/00/000',
    'tile/64/000',
    'tile/entries/x000/001',
    'tile/0/9007199254740993',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/data/000',
    'tile/0/../0/000',
    'tile/0/000/',
    'tile/',
    '',
  ])('%j is no file of it', async (path) => {
    await expect(readTileFile(served.deps, path)).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('where something is missing', () => {
  test('without a checkpoint there is no file, and no checkpoint', async () => {
    const checkpoints = { newest: async () => undefined, tileState: async () => undefined };
    await expect(readTileFile({ ...served.deps, checkpoints }, 'tile/0/000.p/1')).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(getCheckpoint({ checkpoints })).rejects.toMatchObject({ name: 'NotFound' });
    const proof = proveEntry({ ...served.deps, checkpoints }, { kind: 'rollback', id: 'rbk_0', rev: 1 });
    await expect(proof).rejects.toMatchObject({ name: 'Conflict', retryAfterSeconds: 10 });
  });

  test('an index that lags is no shorter file: the answer is asked for again', async () => {
    const table = { entries: async () => [] };
    await expect(readTileFile({ ...served.deps, table }, 'tile/0/002.p/3')).rejects.toMatchObject({
      name: 'Unavailable',
      retryAfterSeconds: 1,
    });
  });

  test.each([
    ['is a step behind', async () => ({ size: 256, prev: '', levels: [['00'.repeat(32)]] })],
    ['is not there', async () => undefined],
  ])(
    'tiles above the leaves are made from those below where the state of the builder %s',
    async (_, tileState) => {
      const checkpoints = { ...served.deps.checkpoints, tileState };
      const { bytes } = await readTileFile({ ...served.deps, checkpoints }, 'tile/1/000.p/2');
      expect(hex(bytes)).toBe(hex((await readTileFile(served.deps, 'tile/1/000.p/2')).bytes));
    },
  );

  test('the checkpoint is served as it was signed, and the keys one a line', async () => {
    expect(await getCheckpoint(served.deps)).toMatch(/^holdfast\.example\/served\n600\n/);
    expect(await getLedgerKey({ verifierKeys: async () => ['a+1+b', 'a+2+c'] })).toBe('a+1+b\na+2+c\n');
  });
});

describe('a proof', () => {
  const prove = (seq: number, from = served) =>
    proveEntry(from.deps, { kind: 'rollback', id: `rbk_${Math.floor(seq / 7)}`, rev: (seq % 7) + 1 });

  test.each([0, 1, 255, 256, 511, 512, 598, 599])('of entry %i holds offline', async (seq) => {
    const proven = await checkProofFile(await prove(seq), trust, crypto);
    expect(proven).toMatchObject({ entry: { seq }, checkpoint: { size: 600n } });
  });

  test('of an entry in a large ledger reads a few files, never the ledger', async () => {
    const size = 10_000;
    const large = servedLedger(sealedEntries('large', size), size, signing, ORIGIN);
    const file = await prove(1_234, large);
    expect(await checkProofFile(file, trust, crypto)).toMatchObject({ entry: { seq: 1_234 } });
    expect(large.reads.length).toBeLessThanOrEqual(6);
    expect(file.length).toBeLessThan(2_000);
  });

  test('of an entry that no checkpoint covers yet is to be asked for again', async () => {
    await expect(prove(600)).rejects.toMatchObject({ name: 'Conflict', retryAfterSeconds: 10 });
  });

  test('of what is not in the ledger there is none', async () => {
    await expect(prove(7_000)).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('is not given where what is stored does not lead to the signed root', async () => {
    const altered = servedLedger(entries, 600, signing, ORIGIN);
    altered.stored.set('tile/0/000', Buffer.from(altered.stored.get('tile/0/000') ?? []).fill(7, 0, 32));
    await expect(prove(3, altered)).rejects.toMatchObject({ name: 'Malformed' });
    altered.stored.delete('tile/0/000');
    await expect(prove(3, altered)).rejects.toMatchObject({ name: 'Malformed' });
  });

  test.each([
    [{ kind: 'rollback', id: 'rbk_1', rev: '0' }],
    [{ kind: 'rollback', id: 'rbk_1', rev: '1e99' }],
    [{ kind: 'rollback', id: 'rbk_1', rev: '0x10' }],
    [{ kind: 'rollback', id: 'rbk_1', rev: ' 300' }],
    [{ kind: 'rollback', id: 'rbk_1', rev: '01' }],
    [{ kind: 'rollback', id: 'rbk_1' }],
    [{ kind: '', id: 'rbk_1', rev: '1' }],
    [{ kind: 'rollback', id: 'x'.repeat(201), rev: '1' }],
  ])('is not made for %j', (params) => {
    expect(ProofParams.safeParse(params).success).toBe(false);
  });
});
