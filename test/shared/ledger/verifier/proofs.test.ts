import { describe, expect, test } from 'vitest';
import { nodeCryptography } from '../../../../shared/ledger/node-crypto.ts';
import {
  consistencyProof,
  inclusionProof,
  rootAt,
  subtreesFromTiles,
  subtreesOf,
  tilesNeeded,
} from '../../../../shared/ledger/proofs.ts';
import { entryBundle, hashOfLeaf, tileBuilder } from '../../../../shared/ledger/tiles.ts';
import {
  checkConsistency,
  checkInclusion,
  hashesAt,
  hex,
  isRefused,
  MAX_U64,
  readBundle,
  readTile,
  readTilePath,
  tilePath,
} from '../../../../shared/ledger/verifier/index.ts';

const { sha256 } = nodeCryptography();
const leaves = Array.from({ length: 33 }, (_, at) => hashOfLeaf(Buffer.from(`leaf-${at}`)));
const subtree = subtreesOf(leaves);

type Inclusion = Parameters<typeof checkInclusion>[1];
type Consistency = Parameters<typeof checkConsistency>[1];

function inclusionOf(index: number, size: number): Inclusion {
  const leaf = leaves[index] ?? new Uint8Array();
  const place = { index: BigInt(index), size: BigInt(size), leaf };
  return { ...place, root: rootAt(size, subtree), proof: inclusionProof(index, size, subtree) };
}

function consistencyOf(size1: number, size2: number): Consistency {
  const roots = { root1: rootAt(size1, subtree), root2: rootAt(size2, subtree) };
  return {
    size1: BigInt(size1),
    size2: BigInt(size2),
    ...roots,
    proof: consistencyProof(size1, size2, subtree),
  };
}

/** Every copy of some hashes with one bit changed. */
function* flips(hashes: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  for (const [at, hash] of hashes.entries())
    for (let bit = 0; bit < hash.length * 8; bit += 1) {
      const flipped = new Uint8Array(hash);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      yield hashes.with(at, flipped);
    }
}

const SIZES = [1, 2, 3, 4, 5, 7, 8];
const pairs = SIZES.flatMap((size) => Array.from({ length: size }, (_, at) => [at, size] as const));

describe('a proof', () => {
  test.each(pairs)(
    'of leaf %i in a tree of %i fails with any one bit changed in leaf, root or path',
    async (index, size) => {
      const claim = inclusionOf(index, size);
      expect(await checkInclusion(sha256, claim)).toBe(undefined);
      for (const [leaf = claim.leaf, root = claim.root, ...proof] of flips([
        claim.leaf,
        claim.root,
        ...claim.proof,
      ]))
        expect(await checkInclusion(sha256, { ...claim, leaf, root, proof })).toHaveProperty('refused');
    },
  );

  test.each(pairs)(
    'that %i + 1 entries are the beginning of %i fails with any one bit changed',
    async (first, size) => {
      const claim = consistencyOf(first + 1, size);
      expect(await checkConsistency(sha256, claim)).toBe(undefined);
      const hashes = [claim.root1, claim.root2, ...claim.proof];
      for (const [root1 = claim.root1, root2 = claim.root2, ...proof] of flips(hashes))
        expect(await checkConsistency(sha256, { ...claim, root1, root2, proof })).toHaveProperty('refused');
    },
  );

  test('holds for no other index and, but for trees of one shape, for no other size', async () => {
    const claim = inclusionOf(5, 11);
    for (const index of [0n, 4n, 6n, 10n, 11n, 2n ** 63n, MAX_U64])
      expect(await checkInclusion(sha256, { ...claim, index })).toHaveProperty('refused');
    for (const size of [0n, 5n, 6n, 7n, 17n, MAX_U64, MAX_U64 + 1n])
      expect(await checkInclusion(sha256, { ...claim, size })).toHaveProperty('refused');
  });

  test('of the greatest index there can be needs 64 hashes, and is refused with any other number', async () => {
    const claim = { ...inclusionOf(0, 1), index: MAX_U64 - 1n, size: MAX_U64 };
    for (const length of [0, 62, 63, 64, 65]) {
      const proof = Array.from({ length }, () => claim.leaf);
      expect(await checkInclusion(sha256, { ...claim, proof })).toHaveProperty('refused');
    }
  });

  test('that is padded, cut, of hashes of another length, or about nothing is refused with the reason', async () => {
    const claim = inclusionOf(5, 11);
    const [first = claim.leaf, ...rest] = claim.proof;
    const bad = [[...claim.proof, first], rest, [first.subarray(1), ...rest], []];
    for (const proof of bad)
      expect(await checkInclusion(sha256, { ...claim, proof })).toHaveProperty('refused');
    const root = new Uint8Array();
    expect(await checkInclusion(sha256, { ...claim, leaf: root, root })).toEqual({
      refused: 'a hash must have 32 bytes',
    });
    expect(await checkConsistency(sha256, { ...consistencyOf(3, 7), size1: 0n })).toHaveProperty('refused');
    expect(await checkConsistency(sha256, { ...consistencyOf(3, 7), size1: 8n })).toHaveProperty('refused');
    expect(await checkConsistency(sha256, { ...consistencyOf(3, 7), size2: MAX_U64 })).toHaveProperty(
      'refused',
    );
    expect(await checkConsistency(sha256, { ...consistencyOf(3, 3), root2: first })).toHaveProperty(
      'refused',
    );
  });
});

describe('tiles', () => {
  const SIZE = 600;
  const builder = tileBuilder();
  const files = new Map<string, Uint8Array>();
  const all = Array.from({ length: SIZE }, (_, at) => Buffer.from(`leaf-${at}`));
  for (const entry of all) for (const { path, bytes } of builder.add(entry)) files.set(path, bytes);
  for (const { path, bytes } of builder.partial()) files.set(path, bytes);
  const hashes = subtreesOf(all.map((entry) => hashOfLeaf(entry)));
  const fromTiles = subtreesFromTiles(SIZE, (tile) => files.get(tilePath(tile)) ?? new Uint8Array());

  test('are the files that C2SP names: full ones, and the partial ones of this size', () => {
    expect([...files.keys()].sort()).toEqual([
      ...['tile/0/000', 'tile/0/001', 'tile/0/002.p/88', 'tile/1/000.p/2'],
      ...['tile/entries/000', 'tile/entries/001', 'tile/entries/002.p/88'],
    ]);
    expect(hashesAt(1, SIZE)).toBe(2);
  });

  test('give the proofs that the leaves give, from no more tiles than a proof needs', () => {
    for (const index of [0, 255, 256, 511, 599]) {
      const proof = inclusionProof(index, SIZE, fromTiles);
      expect(proof.map(hex)).toEqual(inclusionProof(index, SIZE, hashes).map(hex));
      expect(tilesNeeded(SIZE, (each) => inclusionProof(index, SIZE, each)).length).toBeLessThanOrEqual(3);
    }
    for (const earlier of [1, 256, 257, 599, 600])
      expect(consistencyProof(earlier, SIZE, fromTiles).map(hex)).toEqual(
        consistencyProof(earlier, SIZE, hashes).map(hex),
      );
    expect(() => inclusionProof(600, SIZE, hashes)).toThrow(RangeError);
    expect(() => consistencyProof(0, SIZE, hashes)).toThrow(RangeError);
    expect(() =>
      rootAt(
        SIZE,
        subtreesFromTiles(SIZE, () => new Uint8Array(31)),
      ),
    ).toThrow(RangeError);
  });

  test('go on from where a builder stood', () => {
    const first = tileBuilder();
    for (const entry of all.slice(0, 300)) first.add(entry);
    const second = tileBuilder(first.state());
    const later = all.slice(300).flatMap((entry) => second.add(entry));
    for (const { path, bytes } of [...later, ...second.partial()])
      expect(hex(bytes)).toBe(hex(files.get(path) ?? new Uint8Array()));
    expect(second.state().size).toBe(SIZE);
  });

  test('have one path each', () => {
    expect(tilePath({ level: 0, index: 1234067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(readTilePath('tile/63/x001/x234/067.p/255')).toEqual({ level: 63, index: 1234067, width: 255 });
    for (const path of [
      ...['tile/00/000', 'tile/64/000', 'tile/0/0', 'tile/0/x000/001', 'tile/0/1000', 'tile/0/000.p/0'],
      ...[
        'tile/0/000.p/256',
        'tile/0/000.p/01',
        'tile/entries/000/',
        '/tile/0/000',
        'tile/0/x001',
        'tile/-1/000',
      ],
    ])
      expect(readTilePath(path), path).toBe(undefined);
  });

  test('that are cut are refused, and an entry that is too long for a bundle', () => {
    expect(isRefused(readTile(new Uint8Array(31), 1))).toBe(true);
    expect(isRefused(readBundle(Uint8Array.of(0)))).toBe(true);
    expect(isRefused(readBundle(Uint8Array.of(0, 2, 65)))).toBe(true);
    expect(readBundle(entryBundle([new Uint8Array(65_535), new Uint8Array()]))).toHaveLength(2);
    expect(() => entryBundle([new Uint8Array(65_536)])).toThrow(RangeError);
  });
});
