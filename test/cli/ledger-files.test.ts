import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { relinked } from '../../bench/tamper-edits.ts';
import { inclusionProof, subtreesOf } from '../../shared/ledger/proofs.ts';
import { hashOfLeaf } from '../../shared/ledger/tiles.ts';
import { proofFileText } from '../../shared/ledger/verifier/index.ts';
import { type Published, publish, sealedEntries, signingFor } from '../support/tile-ledger.ts';
import { serve, soundAnswers } from './api-server.ts';
import { holdfast, holdfastHere } from './run.ts';

const ORIGIN = 'holdfast.example/files';
const AT = '2026-11-21T10:05:00Z';
const folder = mkdtempSync(join(tmpdir(), 'ledger-files-'));
const signing = await signingFor(ORIGIN);
const keys = join(folder, 'keys');
writeFileSync(keys, `# the ledger and its witness\n${signing.log.vkey}\n${signing.witness.vkey}\n`);
const api = await serve(await soundAnswers());
afterAll(() => api.close());

const entries = sealedEntries('files', 300);
const time = Date.parse('2026-11-21T10:00:10Z') / 1000;
const publishing = { signing, origin: ORIGIN, sizes: [100, 300], time };

/** Writes what is published as an export lies on a disk. */
function onDisk({ files, checkpoints }: Published): string {
  const directory = mkdtempSync(join(folder, 'export-'));
  const all = [
    ...files,
    ...[...checkpoints].map(([size, versions]) => [`checkpoints/${size}`, versions] as const),
  ];
  for (const [path, [version]] of all) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    if (version !== undefined && 'bytes' in version) writeFileSync(join(directory, path), version.bytes);
  }
  return directory;
}

const verify = (directory: string, ...more: readonly string[]) =>
  holdfastHere(['ledger', 'verify', directory, '--key', keys, '--at', AT, ...more]);

function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(directory, name)).isFile())
    .sort();
}

test('a signed export is sound, and names size, root, keys and age', async () => {
  const { code, stdout } = await verify(onDisk(publish(entries, publishing)), '--complete', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ verdict: 'sound', checked: 300, ledgerId: 'files', signed: true, missing: [] },
    checkpoint: { size: 300, time: '2026-11-21T10:00:10.000Z' },
  });
  expect(code).toBe(0);
  expect((await verify(onDisk(publish(entries, publishing)))).stdout).toContain(
    'ledger sound: 300 entries of files',
  );
});

test('one byte changed anywhere in any of its files is refused', async () => {
  const directory = onDisk(publish(entries.slice(0, 2), { ...publishing, sizes: [2] }));
  const names = filesIn(directory);
  expect(names).toEqual(['checkpoint', 'checkpoints/2', 'tile/0/000.p/2', 'tile/entries/000.p/2']);
  for (const name of names) {
    const file = join(directory, name);
    const bytes = readFileSync(file);
    // In the archive only the log's own signature counts; a line of a key that is not asked for says nothing.
    const end = name === 'checkpoints/2' ? bytes.indexOf('\n\u2014 witness') : bytes.length;
    for (let at = 0; at < end; at += 5) {
      writeFileSync(file, bytes.with(at, (bytes[at] ?? 0) ^ 4));
      const { code } = await verify(directory);
      // a length in a bundle that is too short leaves too few entries
      expect([1, 5], `${name} byte ${at}`).toContain(code);
    }
    writeFileSync(file, bytes);
  }
  expect((await verify(directory)).code).toBe(0);
});

test.each([
  [
    'an altered entry',
    1,
    publish(entries.with(123, entries[122] ?? ''), { ...publishing, sizes: [300] }),
    [],
  ],
  ['a checkpoint that has grown old', 6, publish(entries, publishing), ['--max-age', '60']],
  ['a ledger rolled back', 5, publish(entries.slice(0, 200), { ...publishing, sizes: [200] }), 'kept'],
  ['another history', 7, publish(sealedEntries('files', 300, 'd'), publishing), 'kept'],
  [
    'a revision that is missing',
    8,
    publish(relinked(entries.map(withoutThird), 0), publishing),
    ['--complete'],
  ],
] as const)('%s ends with %i', async (_, exit, published, more) => {
  const kept = join(folder, 'kept');
  writeFileSync(kept, bytesOf(publish(entries, publishing)));
  const options = more === 'kept' ? ['--since', kept] : more;
  expect((await verify(onDisk(published), ...options)).code).toBe(exit);
});

test('a checkpoint without the key that it is known by is no proof of anything: wrong use', async () => {
  const directory = onDisk(publish(entries, publishing));
  expect((await holdfastHere(['ledger', 'verify', directory])).code).toBe(2);
  expect((await holdfastHere(['ledger', 'verify', directory, '--key', 'a+b+c'])).code).toBe(2);
  expect((await holdfastHere(['ledger', 'verify', folder])).code).toBe(2);
});

test('an export of the API is written and verified, and says that nobody has signed it', async () => {
  const directory = join(folder, 'of-the-api');
  const exported = await holdfast(['ledger', 'export', directory], api.url);
  expect(exported.stdout).toContain('3 entries of test-ledger written');
  expect(exported.stdout).toContain('NOT SIGNED');
  expect(exported.code).toBe(0);
  expect(filesIn(directory)).toEqual(['head.json', 'tile/0/000.p/3', 'tile/entries/000.p/3']);
  const { code, stdout } = await holdfastHere(['ledger', 'verify', directory]);
  expect(stdout).toContain('ledger sound: 3 entries of test-ledger\nNOT SIGNED');
  expect(code).toBe(0);
  const bundle = join(directory, 'tile/entries/000.p/3');
  writeFileSync(bundle, readFileSync(bundle, 'latin1').replace('"rev":2', '"rev":9'), 'latin1');
  const altered = await holdfastHere(['ledger', 'verify', directory]);
  expect(altered.stdout).toContain('altered: the first bad entry is 1');
  expect(altered.code).toBe(1);
  expect((await holdfast(['ledger', 'export', directory], api.url)).code).toBe(2);
});

test('a proof file proves its entry offline; another key, a changed byte and a missing key do not', async () => {
  const checkpoint = Buffer.from(bytesOf(publish(entries, publishing))).toString();
  const proof = inclusionProof(123, 300, subtreesOf(entries.map((entry) => hashOfLeaf(Buffer.from(entry)))));
  const text = proofFileText({ extra: Buffer.from(entries[123] ?? ''), index: 123n, proof, checkpoint });
  const file = join(folder, 'proof');
  writeFileSync(file, text);
  const proven = await holdfastHere(['ledger', 'verify-proof', file, '--key', signing.log.vkey]);
  expect(proven.stdout).toContain('proven: rollback rbk_17 rev 5 is entry 123 of files');
  expect(proven.code).toBe(0);
  const other = await signingFor('another.example/files');
  expect((await holdfastHere(['ledger', 'verify-proof', file, '--key', other.log.vkey])).code).toBe(1);
  expect((await holdfastHere(['ledger', 'verify-proof', file])).code).toBe(2);
  writeFileSync(file, text.replace('index 123', 'index 122'));
  const changed = await holdfastHere(['ledger', 'verify-proof', file, '--key', keys]);
  expect(changed.stdout).toContain('NOT proven: the proof leads to another root');
  expect(changed.code).toBe(1);
  expect(existsSync(file)).toBe(true);
});

/** The third decision of one subject stands under another. */
function withoutThird(bytes: string): string {
  const isThird = bytes.includes('"id":"rbk_3",') && bytes.includes('"rev":3,');
  return isThird ? bytes.replace('rbk_3', 'rbk_300') : bytes;
}

function bytesOf({ files }: Published): Uint8Array {
  const [version] = files.get('checkpoint') ?? [];
  return version !== undefined && 'bytes' in version ? version.bytes : new Uint8Array();
}
