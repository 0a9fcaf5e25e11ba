import { createHash, createPrivateKey, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { nodeCryptography } from '../../shared/ledger/node-crypto.ts';
import { rootAt, subtreesFromTiles } from '../../shared/ledger/proofs.ts';
import { tileBuilder } from '../../shared/ledger/tiles.ts';
import {
  canonicalText,
  checkpointText,
  hex,
  isRefused,
  openCheckpoint,
  openNote,
  parseStrict,
  readBundle,
  readCheckpoint,
  readCheckpointLines,
  readTilePath,
  readVerifierKey,
  signatureLine,
  type VerifierKey,
} from '../../shared/ledger/verifier/index.ts';
import { absent, bytesOf, ledgerVectors } from './ledger-vectors.ts';

type Notes = {
  readonly sign: { skey_test_only: string; text: string; want: string };
  readonly open: readonly {
    readonly desc: string;
    readonly vkeys: readonly string[];
    readonly note?: string;
    readonly note_hex?: string;
    readonly accept: boolean;
    readonly verified?: readonly string[];
    readonly unverified?: readonly string[];
  }[];
  readonly vkey_ok: readonly string[];
  readonly vkey_reject: readonly string[];
  readonly vkey_reject_bytes_plus1: readonly string[];
  readonly vkey_reject_substrings_of: { readonly vkey: string; readonly count: number };
};
type Lines = {
  desc: string;
  text: string;
  wantErr: boolean;
  origin: string;
  size: number;
  hash_utf8: string;
  rest: string;
};
type Checkpoints = {
  readonly marshal: readonly { origin: string; size: number; hash_utf8: string; want: string }[];
  readonly unmarshal: readonly Lines[];
};
type Log = {
  readonly vkey: string;
  readonly checkpoints: readonly { size: number; note: string }[];
  readonly tiles: readonly { path: string; hex: string }[];
  readonly entry_bundles: readonly { path: string; hex: string }[];
};
type Jcs = {
  readonly documents: readonly { input_utf8: string; output_utf8: string }[];
  readonly es6_numbers: {
    readonly static_ieee_hex: readonly string[];
    readonly file_sha256_by_first_lines: readonly { lines: number; sha256: string }[];
  };
  readonly rfc8785_appendix_b: { readonly cases: readonly { ieee_hex: string; want: string | null }[] };
  readonly verify_numbers_js: { readonly cases: readonly { ieee_hex: string; want: string | null }[] };
  readonly reject: { readonly json_text: readonly string[] };
};

const crypto = nodeCryptography();
const PKCS8_ED25519 = '302e020100300506032b657004220420';

function entriesOf(bundle: string): readonly Uint8Array[] {
  const entries = readBundle(bytesOf(bundle));
  if (isRefused(entries)) throw new Error(entries.refused);
  return entries;
}

function properParts(text: string): readonly string[] {
  const places = Array.from({ length: text.length + 1 }, (_, at) => at);
  return places
    .flatMap((from) => places.slice(from).map((to) => text.slice(from, to)))
    .filter((part) => part !== text);
}

async function keyOf(vkey: string): Promise<VerifierKey> {
  const key = await readVerifierKey(vkey, crypto);
  if (isRefused(key)) throw new Error(key.refused);
  return key;
}

describe.skipIf(absent)('signed notes as golang.org/x/mod opens them (skipped without the handbook)', () => {
  test('all 17 notes are opened or refused, with the same keys verified and unknown', async () => {
    const { open } = ledgerVectors<Notes>('signed_note');
    for (const { desc, vkeys, note, note_hex = '', accept, verified, unverified } of open) {
      const opened = await openNote(note ?? bytesOf(note_hex), await Promise.all(vkeys.map(keyOf)), crypto);
      expect(!isRefused(opened), desc).toBe(accept);
      if (isRefused(opened)) continue;
      expect(opened.signedBy.map(({ key }) => key.name)).toEqual(verified);
      expect(opened.unknown.map(({ name }) => name)).toEqual(unverified);
    }
    expect(open.length).toBe(17);
  });

  test('a note is signed to the exact bytes', async () => {
    const { sign: wanted } = ledgerVectors<Notes>('signed_note');
    const [, , name = '', id = '', ...material] = wanted.skey_test_only.split('+');
    const seed = Buffer.from(material.join('+'), 'base64').subarray(1);
    const der = Buffer.concat([Buffer.from(PKCS8_ED25519, 'hex'), seed]);
    const signature = sign(
      null,
      Buffer.from(wanted.text),
      createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
    );
    expect(`${wanted.text}\n${signatureLine({ name, id }, signature)}`).toBe(wanted.want);
  });

  test('verifier keys are read, and every broken one of 2,278 is refused', async () => {
    const { vkey_ok, vkey_reject, vkey_reject_bytes_plus1, vkey_reject_substrings_of } =
      ledgerVectors<Notes>('signed_note');
    for (const vkey of vkey_ok) expect((await keyOf(vkey)).name).toBe(vkey.split('+')[0]);
    const { vkey: whole, count } = vkey_reject_substrings_of;
    const parts = properParts(whole);
    for (const part of parts) expect(isRefused(await readVerifierKey(part, crypto)), part).toBe(true);
    expect(parts.length).toBeGreaterThanOrEqual(count);
    for (const vkey of [...vkey_reject, ...vkey_reject_bytes_plus1])
      expect(isRefused(await readVerifierKey(vkey, crypto)), vkey).toBe(true);
    expect(vkey_reject.length + vkey_reject_bytes_plus1.length).toBe(68);
  });
});

describe.skipIf(absent)('checkpoints and tiles of others (skipped without the handbook)', () => {
  test('the lines of a checkpoint are read and refused as transparency-dev/formats does', () => {
    const { unmarshal } = ledgerVectors<Checkpoints>('checkpoint_parse');
    for (const { desc, text, wantErr, origin, size, hash_utf8, rest } of unmarshal) {
      const lines = readCheckpointLines(text);
      expect(isRefused(lines), desc).toBe(wantErr);
      if (!isRefused(lines))
        expect(lines).toEqual({
          origin,
          size: BigInt(size),
          hash: new Uint8Array(Buffer.from(hash_utf8)),
          rest,
        });
      // The strict form of C2SP wants a root of 32 bytes besides, which none of these has.
      expect(isRefused(readCheckpoint(text))).toBe(true);
    }
    expect(unmarshal.length).toBe(12);
  });

  test('checkpoints are written to the exact text', () => {
    const { marshal } = ledgerVectors<Checkpoints>('checkpoint_parse');
    for (const { origin, size, hash_utf8, want } of marshal)
      expect(checkpointText({ origin, size: BigInt(size), root: Buffer.from(hash_utf8) })).toBe(want);
    expect(marshal.length).toBe(2);
  });

  test('the 16 checkpoints of a Tessera log open, and each with one byte changed does not', async () => {
    const { vkey, checkpoints } = ledgerVectors<Log>('tlog_checkpoints_tiles');
    const trust = { keys: [await keyOf(vkey)] };
    for (const { size, note } of checkpoints) {
      expect(await openCheckpoint(note, trust, crypto)).toMatchObject({ size: BigInt(size) });
      for (let at = 0; at < note.length; at += 1) {
        const broken = Buffer.from(note);
        broken[at] = (broken[at] ?? 0) ^ 1;
        expect(isRefused(await openCheckpoint(broken, trust, crypto)), `byte ${at} of ${note}`).toBe(true);
      }
    }
    expect(checkpoints.length).toBe(16);
  });

  test('its tiles and bundles are the files that we build, and their roots the signed ones', async () => {
    const { vkey, checkpoints, tiles, entry_bundles } = ledgerVectors<Log>('tlog_checkpoints_tiles');
    const trust = { keys: [await keyOf(vkey)] };
    const entries = entriesOf(entry_bundles.at(-1)?.hex ?? '');
    const builder = tileBuilder();
    for (const [at, entry] of entries.entries()) {
      builder.add(entry);
      const files = new Map(builder.partial().map(({ path, bytes }) => [path, hex(bytes)]));
      for (const file of [tiles[at], entry_bundles[at]]) {
        const name = file?.path.slice('testdata/log/'.length) ?? '';
        expect(files.get(name)).toBe(file?.hex);
        expect(readTilePath(name)).toMatchObject({ index: 0, width: at + 1 });
      }
      const signed = await openCheckpoint(checkpoints[at + 1]?.note ?? '', trust, crypto);
      if (isRefused(signed)) throw new Error(signed.refused);
      const root = rootAt(
        at + 1,
        subtreesFromTiles(at + 1, () => bytesOf(tiles[at]?.hex ?? '')),
      );
      expect(hex(root)).toBe(hex(signed.root));
    }
    expect(entries.length).toBe(15);
  });
});

describe.skipIf(absent)('canonical JSON of the verifier (skipped without the handbook)', () => {
  const vectors = () => ledgerVectors<Jcs>('rfc8785_jcs');
  const numberText = (ieee: string) => {
    try {
      return canonicalText(Buffer.from(ieee.padStart(16, '0'), 'hex').readDoubleBE());
    } catch {
      return null;
    }
  };

  test('the six documents come out byte for byte, and what must be refused is', () => {
    const { documents, reject } = vectors();
    for (const { input_utf8, output_utf8 } of documents) {
      const parsed = parseStrict(input_utf8);
      expect(isRefused(parsed) ? parsed : canonicalText(parsed.value)).toBe(output_utf8);
    }
    for (const text of reject.json_text) expect(isRefused(parseStrict(text)), text).toBe(true);
    expect([documents.length, reject.json_text.length]).toEqual([6, 7]);
  });

  test('the numbers of RFC 8785 come out digit for digit, and so do the first 10,000 of its stream', () => {
    const { rfc8785_appendix_b, verify_numbers_js, es6_numbers } = vectors();
    const cases = [...rfc8785_appendix_b.cases, ...verify_numbers_js.cases];
    for (const { ieee_hex, want } of cases) expect(numberText(ieee_hex)).toBe(want);
    expect(cases.length).toBe(35);
    const digest = createHash('sha256');
    let lines = 0;
    for (const ieee of numberStream(es6_numbers.static_ieee_hex)) {
      digest.update(`${ieee},${numberText(ieee)}\n`);
      lines += 1;
      const known = es6_numbers.file_sha256_by_first_lines.find((each) => each.lines === lines);
      if (known !== undefined) expect(digest.copy().digest('hex')).toBe(known.sha256);
      if (lines === 10_000) return;
    }
  });
});

/** The generator of cyberphone/json-canonicalization, testdata/numgen.js: a list, 2,000 in series, then a chain of hashes. */
function* numberStream(listed: readonly string[]): Generator<string> {
  for (const ieee of listed) yield shortHex(BigInt(`0x${ieee}`));
  for (let at = 0n; at < 2_000n; at += 1n) yield shortHex(0x0010000000000000n + at);
  for (let block = Buffer.alloc(32); ; ) {
    block = createHash('sha256').update(block).digest();
    for (let at = 0; at < 32; at += 8) {
      const value = block.readDoubleLE(at);
      if (Number.isFinite(value) && value !== 0) yield shortHex(block.readBigUInt64LE(at));
    }
  }
}

function shortHex(bits: bigint): string {
  return bits.toString(16);
}
