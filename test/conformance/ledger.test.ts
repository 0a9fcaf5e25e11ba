import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { canonicalJson, sha256Hex } from '../../shared/kernel/index.ts';
import {
  appendLeaf,
  type Frontier,
  frontierRanges,
  leafHash,
  nodeHash,
  rootOf,
} from '../../shared/ledger/index.ts';

// biome-ignore lint/style/noProcessEnv: the handbook's place is given by whoever runs the tests.
const named = process.env.HOLDFAST_HANDBOOK;
const folder = join(resolve(named ?? '../shared'), 'vectors', 'ledger');
const absent = !existsSync(folder);
if (absent && named !== undefined) throw new Error(`HOLDFAST_HANDBOOK has no ${folder}`);

function vectors<T>(file: string): T {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
}

type Tree = {
  leaf_inputs_hex: string[];
  node_hashes_hex_by_level: string[][];
  root_hash_hex_by_size: string[];
  compact_range_nodes_by_size: { sizes: [number, number][][] };
  hasher: { op: string; in_hex?: string; l_hex?: string; r_hex?: string; want: string }[];
};
type Generated = { roots: string[] };
type Numbers = { cases: { ieee_hex: string; want: string | null }[] };
type Jcs = {
  documents: { name: string; input_utf8: string; output_utf8: string; sha256: string }[];
  rfc8785_appendix_b: Numbers;
  verify_numbers_js: Numbers;
  reject: { json_text: string[] };
};

function canonicalOrUndefined(value: unknown): string | undefined {
  try {
    return canonicalJson(value);
  } catch {
    return undefined;
  }
}

function frontiers(leaves: readonly string[]): readonly Frontier[] {
  const all: Frontier[] = [[]];
  for (const [size, leaf] of leaves.entries()) all.push(appendLeaf(all[size] ?? [], size, leaf));
  return all;
}

describe.skipIf(absent)('the ledger against vectors of others (skipped where the handbook is absent)', () => {
  test('leaves, nodes, roots and compact ranges are those of transparency-dev/merkle', () => {
    const tree = vectors<Tree>('rfc6962_tree.json');
    const leaves = tree.leaf_inputs_hex.map((hex) => leafHash(Buffer.from(hex, 'hex')));
    expect(leaves).toEqual(tree.node_hashes_hex_by_level[0]);
    const ranges = frontiers(leaves);
    expect(ranges.map(rootOf)).toEqual(tree.root_hash_hex_by_size);
    const expected = tree.compact_range_nodes_by_size.sizes.map((nodes) =>
      nodes.map(([level, index]) => tree.node_hashes_hex_by_level[level]?.[index]),
    );
    expect(ranges).toEqual(expected);
  });

  test('the hasher answers as transparency-dev/merkle does', () => {
    const { hasher } = vectors<Tree>('rfc6962_tree.json');
    for (const { op, in_hex = '', l_hex = '', r_hex = '', want } of hasher) {
      if (op === 'emptyRoot') expect(rootOf([])).toBe(want);
      if (op === 'hashLeaf') expect(leafHash(Buffer.from(in_hex, 'hex'))).toBe(want);
      if (op === 'hashChildren') expect(nodeHash(l_hex, r_hex)).toBe(want);
    }
    expect(hasher.length).toBeGreaterThan(0);
  });

  test('the roots of all sizes to 33 are those of the recursive definition', () => {
    const { roots } = vectors<Generated>('generated_rfc6962_all_sizes_to_33.json');
    const leaves = Array.from({ length: roots.length - 1 }, (_, at) => leafHash(`leaf-${at}`));
    expect(frontiers(leaves).map(rootOf)).toEqual(roots);
    expect(roots.length).toBe(34);
  });

  test('a frontier has the widths of the binary form of its size', () => {
    expect(frontierRanges(11)).toEqual([
      { from: 0, to: 8 },
      { from: 8, to: 10 },
      { from: 10, to: 11 },
    ]);
  });

  test('the six documents of RFC 8785 come out byte for byte', () => {
    const { documents } = vectors<Jcs>('rfc8785_jcs.json');
    for (const { input_utf8, output_utf8, sha256 } of documents) {
      const text = canonicalJson(JSON.parse(input_utf8));
      expect(text).toBe(output_utf8);
      expect(sha256Hex(text)).toBe(sha256);
    }
    expect(documents.length).toBe(6);
  });

  test('the numbers of RFC 8785 appendix B come out digit for digit, and what is no number is refused', () => {
    const { rfc8785_appendix_b, verify_numbers_js } = vectors<Jcs>('rfc8785_jcs.json');
    const cases = [...rfc8785_appendix_b.cases, ...verify_numbers_js.cases];
    for (const { ieee_hex, want } of cases) {
      const value = Buffer.from(ieee_hex, 'hex').readDoubleBE();
      expect(canonicalOrUndefined(value)).toBe(want ?? undefined);
    }
    expect(cases.length).toBe(35);
  });

  test('no text that must be refused is taken for canonical bytes', () => {
    const { reject } = vectors<Jcs>('rfc8785_jcs.json');
    for (const text of reject.json_text) expect(canonicalOrUndefined(JSON.parse(text))).not.toBe(text);
    expect(reject.json_text.length).toBe(7);
  });
});
