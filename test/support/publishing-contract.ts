import { beforeEach, describe, expect, test } from 'vitest';
import type {
  CheckpointTable,
  LedgerFiles,
  StoredCheckpoint,
  StoredTileState,
} from '../../shared/ledger/publish/index.ts';

const checkpoint = (size: number, second = 0): StoredCheckpoint => ({
  ...{ size, root: 'a'.repeat(64), note: `origin\n${size}\nroot\n\n\u2014 origin sig\n` },
  signedAt: `2026-11-21T10:00:0${second}.000Z`,
});
const tiles = (size: number): StoredTileState => ({
  size,
  prev: 'b'.repeat(64),
  levels: [['c'.repeat(64), 'd'.repeat(64)], []],
});

/** What every implementation of the CheckpointTable port keeps. `open` gives one of a ledger of its own. */
export function checkpointsContract(name: string, open: () => CheckpointTable): void {
  describe(`the checkpoint table contract: ${name}`, () => {
    let table: CheckpointTable;
    beforeEach(() => {
      table = open();
    });

    test('at first there is neither a checkpoint nor a tile', async () => {
      expect(await table.newest()).toBeUndefined();
      expect(await table.tileState()).toBeUndefined();
    });

    test('a checkpoint is replaced only by who knows the newest', async () => {
      expect(await table.put(checkpoint(3), undefined)).toBe(true);
      expect(await table.put(checkpoint(4), undefined)).toBe(false);
      expect(await table.put(checkpoint(4), checkpoint(2))).toBe(false);
      expect(await table.put(checkpoint(4), checkpoint(3, 1))).toBe(false);
      expect(await table.newest()).toEqual(checkpoint(3));
      expect(await table.put(checkpoint(3, 1), checkpoint(3))).toBe(true);
      expect(await table.put(checkpoint(4, 2), checkpoint(3, 1))).toBe(true);
      expect(await table.newest()).toEqual(checkpoint(4, 2));
    });

    test('of writers side by side one is first', async () => {
      const written = await Promise.all([1, 2, 3, 4].map((size) => table.put(checkpoint(size), undefined)));
      expect(written.filter(Boolean)).toHaveLength(1);
      const grown = await Promise.all(
        [256, 512, 768].map((size) => table.putTileState(tiles(size), undefined)),
      );
      expect(grown.filter(Boolean)).toHaveLength(1);
    });

    test('the tiles are replaced only by who knows them, and come back whole', async () => {
      expect(await table.putTileState(tiles(256), undefined)).toBe(true);
      expect(await table.putTileState(tiles(512), undefined)).toBe(false);
      expect(await table.putTileState(tiles(768), tiles(512))).toBe(false);
      expect(await table.putTileState(tiles(512), tiles(256))).toBe(true);
      expect(await table.tileState()).toEqual(tiles(512));
    });
  });
}

/** What every implementation of the LedgerFiles port keeps. `prefix` is free for each test. */
export function ledgerFilesContract(name: string, open: () => LedgerFiles): void {
  describe(`the ledger's files contract: ${name}`, () => {
    const folder = () => `tile/${crypto.randomUUID()}`;

    test('what is not there reads as undefined', async () => {
      expect(await open().read(`${folder()}/000`)).toBeUndefined();
    });

    test('a file is written once; a repeat is the same, and other bytes change nothing', async () => {
      const [files, path] = [open(), `${folder()}/000`];
      const bytes = Uint8Array.of(0, 255, 10, 13, 128);
      expect(await files.putOnce(path, bytes)).toBe('written');
      expect(await files.putOnce(path, bytes)).toBe('same');
      expect(await files.putOnce(path, Uint8Array.of(1))).toBe('other');
      expect(Uint8Array.from((await files.read(path)) ?? [])).toEqual(bytes);
    });

    test('a file whose name begins with the name of another is another', async () => {
      const [files, base] = [open(), folder()];
      await files.putOnce(`${base}/000.p/7`, Uint8Array.of(7));
      expect(await files.read(`${base}/000`)).toBeUndefined();
      expect(await files.putOnce(`${base}/000`, Uint8Array.of(1))).toBe('written');
      expect(Uint8Array.from((await files.read(`${base}/000.p/7`)) ?? [])).toEqual(Uint8Array.of(7));
    });

    test('of writers side by side one writes, and the others are told', async () => {
      const [files, path] = [open(), `${folder()}/000`];
      const answers = await Promise.all([1, 2, 3].map((byte) => files.putOnce(path, Uint8Array.of(byte))));
      expect(answers.toSorted()).toEqual(['other', 'other', 'written']);
    });
  });
}
