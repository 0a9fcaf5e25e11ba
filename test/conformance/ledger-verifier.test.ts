import { webcrypto } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { nodeCryptography } from '../../shared/ledger/node-crypto.ts';
import { consistencyProof, inclusionProof, rootAt, subtreesOf } from '../../shared/ledger/proofs.ts';
import { hashOfLeaf } from '../../shared/ledger/tiles.ts';
import {
  checkConsistency,
  checkInclusion,
  EMPTY_RANGE,
  extendRange,
  foldRange,
  hashLeaf,
  hashNode,
  hex,
  webCryptography,
} from '../../shared/ledger/verifier/index.ts';
import { absent, base64Bytes, bytesOf, ledgerVectors, ledgerVectorsText } from './ledger-vectors.ts';

/**
 * Of the handbook's ledger vectors rfc6962_subtreeinclusion_probes and rfc6962_subtreeconsistency_probes do not concern
 * us: they prove that a leaf or a tree lies within a subtree that is itself signed (draft-ietf-plants-merkle-tree-certs).
 * We sign whole trees only, and ship nothing that would read such a proof. All other files are gone through here, in
 * ledger-notes.test.ts, ledger-signatures.test.ts and ledger.test.ts.
 */
type Tree = {
  readonly leaf_inputs_hex: readonly string[];
  readonly node_hashes_hex_by_level: readonly (readonly string[])[];
  readonly root_hash_hex_by_size: readonly string[];
  readonly compact_range_nodes_by_size: { readonly sizes: readonly (readonly [number, number][])[] };
  readonly hasher: readonly Hashed[];
};
type Hashed = { op: string; in_hex?: string; l_hex?: string; r_hex?: string; want: string };
type Probe = Readonly<Record<string, unknown>> & {
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
};
type Paths = {
  readonly path_vectors: readonly { leaf_1based: number; tree_size: number; path_hex: string[] }[];
  readonly consistency_vectors: readonly { size1: number; size2: number; proof_hex: string[] }[];
  readonly consistency_with_roots: readonly Record<'root1' | 'root2', string>[] &
    readonly { size1: number; size2: number; proof_hex: string[] }[];
  readonly real_ct_log_inclusion: Record<'leaf_hash' | 'root' | 'leaf_hex', string> & {
    readonly leaf_index: number;
    readonly tree_size: number;
    readonly path_hex: readonly string[];
  };
  readonly extra_hasher: readonly Hashed[];
};
type Generated = {
  readonly roots: readonly string[];
  readonly inclusion: readonly { i: number; n: number; path: string[] }[];
  readonly consistency: readonly { m: number; n: number; proof: string[] }[];
};

const DOORS = [
  ['Node', nodeCryptography()],
  ['WebCrypto', webCryptography(webcrypto.subtle)],
] as const;

describe.skipIf(absent).each(DOORS)(
  'the shipped verifier on %s (skipped without the handbook)',
  (_, { sha256 }) => {
    test('leaves, nodes, roots and compact ranges are those of transparency-dev/merkle', async () => {
      const tree = ledgerVectors<Tree>('rfc6962_tree');
      let range = EMPTY_RANGE;
      for (const [size, input] of [...tree.leaf_inputs_hex, undefined].entries()) {
        expect(hex(await foldRange(sha256, range.hashes))).toBe(tree.root_hash_hex_by_size[size]);
        const nodes = tree.compact_range_nodes_by_size.sizes[size] ?? [];
        const expected = nodes.map(([level, index]) => tree.node_hashes_hex_by_level[level]?.[index]);
        expect(range.hashes.map(hex)).toEqual(expected);
        if (input !== undefined)
          range = await extendRange(sha256, range, await hashLeaf(sha256, bytesOf(input)));
      }
      expect(range.size).toBe(8);
    });

    test('the hashers of transparency-dev/merkle and of Certificate Transparency answer the same', async () => {
      const hashed = [
        ...ledgerVectors<Tree>('rfc6962_tree').hasher,
        ...ledgerVectors<Paths>('certificate_transparency').extra_hasher,
      ];
      for (const { op, in_hex = '', l_hex = '', r_hex = '', want } of hashed) {
        if (op === 'emptyRoot') expect(hex(await foldRange(sha256, []))).toBe(want);
        if (op === 'hashLeaf') expect(hex(await hashLeaf(sha256, bytesOf(in_hex)))).toBe(want);
        if (op === 'hashChildren')
          expect(hex(await hashNode(sha256, bytesOf(l_hex), bytesOf(r_hex)))).toBe(want);
      }
      expect(hashed.length).toBe(6);
    });
  },
);

describe.skipIf(absent).each(DOORS)(
  'the probes of transparency-dev/merkle on %s (skipped without the handbook)',
  (_, { sha256 }) => {
    test('all 98 inclusion probes are accepted or refused as transparency-dev does, indices of 2^64-1 among them', async () => {
      const cases = probes('rfc6962_inclusion_probes');
      for (const probe of cases) {
        const refusal = await checkInclusion(sha256, {
          index: BigInt(String(probe.leafIdx)),
          size: BigInt(String(probe.treeSize)),
          leaf: base64Bytes(probe.leafHash),
          root: base64Bytes(probe.root),
          proof: (probe.proof ?? []).map(base64Bytes),
        });
        expect(refusal !== undefined, String(probe.path)).toBe(probe.wantErr);
      }
      expect(cases.filter(({ wantErr }) => !wantErr).length).toBe(6);
      expect(cases.length).toBe(98);
      expect(cases.some(({ leafIdx }) => leafIdx === '18446744073709551615')).toBe(true);
    });

    test('all 98 consistency probes are accepted or refused as transparency-dev does', async () => {
      const cases = probes('rfc6962_consistency_probes');
      for (const probe of cases) {
        const refusal = await checkConsistency(sha256, {
          size1: BigInt(String(probe.size1)),
          size2: BigInt(String(probe.size2)),
          root1: base64Bytes(probe.root1),
          root2: base64Bytes(probe.root2),
          proof: (probe.proof ?? []).map(base64Bytes),
        });
        expect(refusal !== undefined, String(probe.path)).toBe(probe.wantErr);
      }
      expect(cases.filter(({ wantErr }) => !wantErr).length).toBe(6);
      expect(cases.length).toBe(98);
    });
  },
);

describe.skipIf(absent).each(DOORS)(
  'Certificate Transparency on %s (skipped without the handbook)',
  (_, { sha256 }) => {
    test('the paths of Certificate Transparency hold, and so does the proof of a real log', async () => {
      const {
        path_vectors,
        consistency_vectors,
        consistency_with_roots,
        real_ct_log_inclusion: real,
      } = ledgerVectors<Paths>('certificate_transparency');
      const tree = ledgerVectors<Tree>('rfc6962_tree');
      const leaves = tree.leaf_inputs_hex.map((input) => hashOfLeaf(bytesOf(input)));
      const rootOf = (size: number) => bytesOf(tree.root_hash_hex_by_size[size] ?? '');
      for (const { leaf_1based, tree_size, path_hex } of path_vectors) {
        const leaf = leaves[leaf_1based - 1] ?? new Uint8Array();
        const proof = path_hex.map(bytesOf);
        const place = {
          index: BigInt(leaf_1based - 1),
          size: BigInt(tree_size),
          leaf,
          root: rootOf(tree_size),
          proof,
        };
        // their first vector is the empty tree, which holds no leaf
        expect((await checkInclusion(sha256, place)) === undefined).toBe(tree_size > 0);
      }
      for (const { size1, size2, proof_hex } of [...consistency_vectors, ...consistency_with_roots]) {
        const roots = { root1: rootOf(size1), root2: rootOf(size2) };
        const proof = proof_hex.map(bytesOf);
        const refusal = await checkConsistency(sha256, {
          size1: BigInt(size1),
          size2: BigInt(size2),
          ...roots,
          proof,
        });
        expect(refusal).toBe(undefined);
      }
      for (const { size1, size2, root1, root2 } of consistency_with_roots)
        expect([root1, root2]).toEqual([hex(rootOf(size1)), hex(rootOf(size2))]);
      expect(hex(await hashLeaf(sha256, bytesOf(real.leaf_hex)))).toBe(real.leaf_hash);
      const place = { index: BigInt(real.leaf_index), size: BigInt(real.tree_size) };
      const hashes = {
        leaf: bytesOf(real.leaf_hash),
        root: bytesOf(real.root),
        proof: real.path_hex.map(bytesOf),
      };
      expect(await checkInclusion(sha256, { ...place, ...hashes })).toBe(undefined);
    });
  },
);

describe.skipIf(absent)('every size to 33 (skipped without the handbook)', () => {
  const { sha256 } = nodeCryptography();

  test('we build the proofs of the recursive definition, and they hold', async () => {
    const { roots, inclusion, consistency } = ledgerVectors<Generated>('generated_rfc6962_all_sizes_to_33');
    const leaves = Array.from({ length: 33 }, (_, at) => hashOfLeaf(Buffer.from(`leaf-${at}`)));
    const subtree = subtreesOf(leaves);
    for (let size = 1; size <= 33; size += 1) expect(hex(rootAt(size, subtree))).toBe(roots[size]);
    for (const { i, n, path } of inclusion) {
      expect(inclusionProof(i, n, subtree).map(hex)).toEqual(path);
      const hashes = {
        leaf: leaves[i] ?? new Uint8Array(),
        root: bytesOf(roots[n] ?? ''),
        proof: path.map(bytesOf),
      };
      expect(await checkInclusion(sha256, { index: BigInt(i), size: BigInt(n), ...hashes })).toBe(undefined);
    }
    for (const { m, n, proof } of consistency) {
      expect(consistencyProof(m, n, subtree).map(hex)).toEqual(proof);
      const ends = { root1: bytesOf(roots[m] ?? ''), root2: bytesOf(roots[n] ?? '') };
      const claim = { size1: BigInt(m), size2: BigInt(n), ...ends, proof: proof.map(bytesOf) };
      expect(await checkConsistency(sha256, claim)).toBe(undefined);
    }
    expect([inclusion.length, consistency.length]).toEqual([561, 561]);
  });
});

/** With each number as the text that it is in the file: JSON.parse would round 2^64-1. */
function probes(file: string): readonly Probe[] {
  const text = ledgerVectorsText(file).replaceAll(/: *(-?[0-9]+)(?=[,\n}])/g, ': "$1"');
  return (JSON.parse(text) as { cases: Probe[] }).cases;
}
