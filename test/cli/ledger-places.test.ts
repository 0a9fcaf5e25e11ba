import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { proveEntry } from '../../shared/ledger/serve/index.ts';
import { type FileServer, serveFiles } from '../support/file-server.ts';
import { servedLedger } from '../support/served-ledger.ts';
import { type Published, publish, sealedEntries, signingFor } from '../support/tile-ledger.ts';
import { holdfastHere } from './run.ts';

const ORIGIN = 'holdfast.example/places';
const AT = ['--at', '2026-11-21T10:05:00Z'];
const folder = mkdtempSync(join(tmpdir(), 'ledger-places-'));
const signing = await signingFor(ORIGIN);
const keys = `${signing.log.vkey}\n${signing.witness.vkey}\n`;
const keyFile = join(folder, 'keys');
writeFileSync(keyFile, keys);
const KEY = ['--key', keyFile];

const entries = sealedEntries('places', 300);
const time = Date.parse('2026-11-21T10:00:10Z') / 1000;
const published = publish(entries, { signing, origin: ORIGIN, sizes: [300], time });
const subjects = Array.from({ length: 43 }, (_, at) => ({
  kind: 'rollback',
  id: `rbk_${at}`,
  rev: at < 42 ? 7 : 6,
}));

let server: FileServer | undefined;
afterEach(() => server?.close());

function bytesOf({ files }: Published, path: string): Uint8Array | undefined {
  const [version] = files.get(path) ?? [];
  return version !== undefined && 'bytes' in version ? version.bytes : undefined;
}

/** An installation's API as far as the ledger goes; `changed` files are served instead. */
async function installation(changed: Readonly<Record<string, Uint8Array | string>> = {}): Promise<string> {
  const served = servedLedger(entries, 300, signing, ORIGIN);
  server = await serveFiles(async (whole) => {
    const [path = ''] = whole.replace('v1/ledger/', '').split('?');
    const [, kind = '', id = '', rev = ''] = /^proof\/(\w+)\/(\w+)\/(\d+)$/.exec(path) ?? [];
    if (kind !== '') return proveEntry(served.deps, { kind, id, rev: Number(rev) });
    const answers: Readonly<Record<string, string>> = {
      ...{ key: keys, head: JSON.stringify({ size: 300 }), subjects: JSON.stringify({ items: subjects }) },
    };
    return changed[path] ?? bytesOf(published, path) ?? answers[path];
  });
  return server.url;
}

test('a ledger behind a URL is checked by somebody who has nothing but its key', async () => {
  const url = `${await installation()}/v1/ledger`;
  const { code, stdout } = await holdfastHere(['ledger', 'verify', url, ...KEY, ...AT, '--json']);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ verdict: 'sound', checked: 300, signed: true });
  expect(report.checkpoint).toMatchObject({ size: 300, time: '2026-11-21T10:00:10.000Z' });
  expect(report.checkpoint.ageSeconds).toBeGreaterThan(0);
  expect(code).toBe(0);
  expect((await holdfastHere(['ledger', 'verify', url, ...AT])).code).toBe(2);
  expect((await holdfastHere(['ledger', 'verify', url, ...KEY])).code).toBe(6);
});

test('one byte changed in what a URL serves ends with 1', async () => {
  const bundle = bytesOf(published, 'tile/entries/000') ?? new Uint8Array();
  const changed = { 'tile/entries/000': bundle.with(5_000, (bundle[5_000] ?? 0) ^ 1) };
  const url = `${await installation(changed)}/v1/ledger`;
  expect((await holdfastHere(['ledger', 'verify', url, ...KEY, ...AT])).code).toBe(1);
});

test('the own installation is checked by the key that it serves itself, and that is said', async () => {
  const url = await installation();
  const own = await holdfastHere(['ledger', 'verify', '--complete', ...AT], url);
  expect(own.stdout).toContain('ledger sound: 300 entries of places');
  expect(own.stdout).toContain('complete: ');
  expect(own.stderr).toContain('warning: the key was fetched from the ledger itself');
  expect(own.code).toBe(0);
  const known = await holdfastHere(['ledger', 'verify', ...KEY, ...AT], url);
  expect(known.stderr).not.toContain('warning');
  expect(known.code).toBe(0);
});

test('a decision that the installation names and the ledger lacks ends with 8', async () => {
  const items = [...subjects, { kind: 'service', id: 'shop', rev: 1 }];
  const url = await installation({ subjects: JSON.stringify({ items: items.slice(1) }) });
  const { code, stdout } = await holdfastHere(['ledger', 'verify', '--complete', ...KEY, ...AT], url);
  expect(stdout).toContain('service shop: revisions 1 are not sealed');
  expect(code).toBe(8);
});

test('what cannot be reached ends with 4', async () => {
  const nowhere = 'http://127.0.0.1:9/v1/ledger';
  const { code, stderr } = await holdfastHere(['ledger', 'verify', nowhere, ...KEY]);
  expect(stderr).toContain('cannot reach it');
  expect(code).toBe(4);
  expect((await holdfastHere(['ledger', 'verify', 'http://a b', ...KEY])).code).toBe(2);
}, 20_000);

test('a proof is fetched, and holds offline', async () => {
  const url = await installation();
  const file = join(folder, 'rbk_17.tlog-proof');
  const fetched = await holdfastHere(['ledger', 'proof', 'rollback', 'rbk_17', '5', '-o', file], url);
  expect(fetched.stdout).toContain(`was written to ${file}`);
  const proven = await holdfastHere(['ledger', 'verify-proof', file, '--key', signing.log.vkey]);
  expect(proven.stdout).toContain('proven: rollback rbk_17 rev 5 is entry 123 of places');
  const shown = await holdfastHere(['ledger', 'proof', 'rollback', 'rbk_17', '5'], url);
  expect(shown.stdout).toBe(readFileSync(file, 'utf8'));
  expect((await holdfastHere(['ledger', 'proof', 'rollback', 'rbk_17', 'x'], url)).code).toBe(2);
});

test.each([
  ['that no checkpoint covers yet ends with 3', 409, { 'retry-after': '10' }, 3],
  ['of what is not in the ledger ends with 1', 404, {}, 1],
])('a proof %s', async (_, status, headers, exit) => {
  server = await serveFiles(
    () => undefined,
    (__, response) => {
      response.writeHead(status, headers).end(JSON.stringify({ detail: 'why it is so' }));
      return true;
    },
  );
  const ran = await holdfastHere(['ledger', 'proof', 'rollback', 'rbk_1', '1'], server.url);
  expect(ran.stderr).toContain('why it is so');
  expect(ran.code).toBe(exit);
});

test('the keys are shown, with what they are worth', async () => {
  const { stdout, stderr } = await holdfastHere(['ledger', 'key'], await installation());
  expect(stdout).toBe(keys);
  expect(stderr).toContain('proves nothing');
});

test('a signed export holds checkpoint, tiles and keys, and is sound', async () => {
  const url = await installation();
  const directory = join(folder, 'export');
  const { code, stdout } = await holdfastHere(['ledger', 'export', directory], url);
  expect(stdout).toContain('300 entries and their signed checkpoint');
  expect(code).toBe(0);
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  expect(names.filter((name) => statSync(join(directory, name)).isFile()).sort()).toEqual([
    ...['checkpoint', 'ledger.vkey', 'tile/0/000', 'tile/0/001.p/44', 'tile/1/000.p/1'],
    ...['tile/entries/000', 'tile/entries/001.p/44'],
  ]);
  expect((await holdfastHere(['ledger', 'verify', directory, ...KEY, ...AT])).code).toBe(0);
  const more = join(folder, 'export-from-url');
  expect((await holdfastHere(['ledger', 'export', more, '--from', `${url}/v1/ledger`])).code).toBe(0);
  expect((await holdfastHere(['ledger', 'verify', more, ...KEY, ...AT])).code).toBe(0);
});
