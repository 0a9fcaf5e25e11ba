import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type FileServer, serveFiles } from '../support/file-server.ts';
import { publish, sealedEntries, signingFor } from '../support/tile-ledger.ts';
import { holdfastHere } from './run.ts';

const ORIGIN = 'holdfast.example/misuse';
const folder = mkdtempSync(join(tmpdir(), 'ledger-misuse-'));
const signing = await signingFor(ORIGIN);
const time = Date.parse('2026-11-21T10:00:10Z') / 1000;
const entries = sealedEntries('misuse', 300);
const published = publish(entries, { signing, origin: ORIGIN, sizes: [100, 300], time });
const KEY = ['--key', signing.log.vkey];

let server: FileServer | undefined;
afterEach(() => server?.close());

function exported(): string {
  const directory = mkdtempSync(join(folder, 'export-'));
  const archive = [...published.checkpoints].map(([size, all]) => [`checkpoints/${size}`, all] as const);
  for (const [path, [version]] of [...published.files, ...archive]) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    if (version !== undefined && 'bytes' in version) writeFileSync(join(directory, path), version.bytes);
  }
  return directory;
}

const verify = (place: string, ...more: readonly string[]) =>
  holdfastHere(['ledger', 'verify', place, ...KEY, '--at', '2026-11-21T10:05:00Z', ...more]);

test.each(['tile/0/000', 'tile/entries/000', 'tile/1/000.p/1', 'checkpoint', 'checkpoints/100', 'key/2'])(
  'a directory in the place of the file %s is a finding',
  async (path) => {
    const directory = exported();
    rmSync(join(directory, path), { force: true });
    mkdirSync(join(directory, path), { recursive: true });
    const { code, stdout, stderr } = await verify(directory);
    expect(stdout).toContain(`altered: ${path}/: nothing calls for it`);
    expect([code, stderr]).toEqual([1, '']);
  },
);

test.each([
  'head.json',
  'notes.txt',
  '.hidden',
  'key/3',
  'checkpoints/0100',
  'tile/0/000.p/44',
  'tile/0/002',
  'tile/entries/001',
  'tile/0/0',
  'more/checkpoint',
])('what nobody reads of an export, %s, is named', async (path) => {
  const directory = exported();
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  const kept = path === 'checkpoints/0100' ? readFileSync(join(directory, 'checkpoints/100')) : 'anything';
  writeFileSync(file, kept);
  const { code, stdout } = await verify(directory);
  expect(stdout).toContain(`altered: ${path.startsWith('more') ? 'more/' : path}: nothing calls for it`);
  expect(code).toBe(1);
});

test('the keys that lie in an export are those that are trusted, or the export is altered', async () => {
  const directory = exported();
  const file = join(directory, 'ledger.vkey');
  const text = `${signing.log.vkey}\n${signing.clock.vkey}\n`;
  writeFileSync(file, text);
  expect((await verify(directory)).code).toBe(0);
  for (let at = 0; at < text.length; at += 3) {
    const bytes = Buffer.from(text);
    writeFileSync(file, bytes.fill((bytes[at] ?? 0) ^ 1, at, at + 1));
    const { code, stdout } = await verify(directory);
    expect(stdout).toContain('altered: ledger.vkey is not the key that is trusted');
    expect(code, `byte ${at}`).toBe(1);
  }
});

test('a full tile that stands in for a partial one, as logs may keep it, is read', async () => {
  const directory = exported();
  const more = publish(sealedEntries('misuse', 512), { signing, origin: ORIGIN, sizes: [512], time });
  for (const path of ['tile/0/001', 'tile/entries/001']) {
    rmSync(join(directory, `${path}.p`), { recursive: true });
    const [version] = more.files.get(path) ?? [];
    if (version !== undefined && 'bytes' in version) writeFileSync(join(directory, path), version.bytes);
  }
  expect((await verify(directory)).stdout).toContain('ledger sound: 300 entries');
});

test('a place that is not there ends with 4', async () => {
  for (const place of [join(folder, 'nothing'), join(exported(), 'checkpoint')]) {
    const { code, stderr } = await verify(place);
    expect(stderr).toContain('is no directory');
    expect(code).toBe(4);
  }
  expect(
    (await holdfastHere(['ledger', 'export', join(folder, 'x'), '--from', join(folder, 'nothing')])).code,
  ).toBe(4);
});

test.each([
  ['junk', 'anything'],
  ['nothing', ''],
  ['a page', '<html>\n\n\u2014 no\n'],
])('%s in --since is wrong use', async (_, text) => {
  const file = join(folder, 'since');
  writeFileSync(file, text);
  const { code, stderr } = await verify(exported(), '--since', file);
  expect(stderr).toContain(`--since: ${file} is no checkpoint`);
  expect(code).toBe(2);
});

test('keys: equal lines are one, a clock alone is none', async () => {
  const twice = `${signing.log.vkey},${signing.log.vkey}`;
  expect((await verify(exported(), '--key', twice)).code).toBe(0);
  const clock = await verify(exported(), '--key', signing.clock.vkey);
  expect(clock.stderr).toContain('--key names only keys that say when (type 04)');
  expect(clock.code).toBe(2);
});

test.each([
  ['a web page', '<!DOCTYPE html><html>hello</html>', 'answers with a web page'],
  ['more than any checkpoint', 'x'.repeat(1_000_000), 'answers with more than 65536 bytes'],
])('a URL that answers %s ends with 4', async (_, body, reason) => {
  server = await serveFiles(() => body);
  const { code, stderr } = await verify(server.url);
  expect(stderr).toContain(reason);
  expect(code).toBe(4);
  const own = await holdfastHere(['ledger', 'verify'], server.url);
  expect(own.code).toBe(4);
});

test('no error of a place ends in a stack: what is no JSON where the API should be', async () => {
  server = await serveFiles((path) => (path === 'v1/ledger/head' ? '{"size":"many"}' : undefined));
  const { code, stderr } = await holdfastHere(['ledger', 'verify'], server.url);
  expect(stderr).toMatch(/^holdfast ledger verify: it could not be checked: .*\n$/);
  expect(code).toBe(4);
  renameSync(folder, `${folder}-done`);
});
