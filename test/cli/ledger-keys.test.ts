import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ORIGIN, rotatedAt } from '../../bench/tamper-keys.ts';
import { inclusionProof, subtreesOf } from '../../shared/ledger/proofs.ts';
import { hashOfLeaf } from '../../shared/ledger/tiles.ts';
import { isRefused, proofFileText, readBundle } from '../../shared/ledger/verifier/index.ts';
import { type FileServer, serveFiles } from '../support/file-server.ts';
import { laterKeys, sealedEntries, signingFor } from '../support/tile-ledger.ts';
import { holdfastHere } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'ledger-keys-'));
const signing = await signingFor(ORIGIN);
const later = await laterKeys(ORIGIN);
const FIRST = ['--key', signing.log.vkey];
const time = Date.parse('2026-11-21T10:00:10Z') / 1000;
const ledger = {
  entries: sealedEntries('keys', 299),
  publishing: { signing, origin: ORIGIN, sizes: [], time },
};
const rotated = rotatedAt(ledger, 120);

let server: FileServer | undefined;
afterEach(() => server?.close());

const bytesOf = (path: string): Uint8Array | undefined => {
  const [version] = rotated.files.get(path) ?? [];
  return version !== undefined && 'bytes' in version ? version.bytes : undefined;
};
const entriesIn = (path: string): readonly Uint8Array[] => {
  const entries = readBundle(bytesOf(path) ?? new Uint8Array());
  return isRefused(entries) ? [] : entries;
};

test('a rotated ledger is sound to who knows the first key, behind a URL and in an export of it', async () => {
  server = await serveFiles((path) => bytesOf(path.replace('v1/ledger/', '')));
  const url = `${server.url}/v1/ledger`;
  const at = ['--at', '2026-11-21T10:05:00Z'];
  const here = await holdfastHere(['ledger', 'verify', url, ...FIRST, ...at]);
  expect(here.stdout).toContain('ledger sound: 300 entries of keys');
  const directory = join(folder, 'export');
  expect((await holdfastHere(['ledger', 'export', directory, '--from', url])).code).toBe(0);
  expect([existsSync(join(directory, 'key/2')), existsSync(join(directory, 'key/3'))]).toEqual([true, false]);
  expect((await holdfastHere(['ledger', 'verify', directory, ...FIRST, ...at])).code).toBe(0);
  const second = await holdfastHere(['ledger', 'verify', directory, '--key', later.log.vkey, ...at]);
  expect(second.stderr).toContain("is the ledger's key number 2: give the first one in --key");
  expect(second.code).toBe(2);
  const both = ['--key', `${signing.log.vkey},${later.log.vkey}`];
  expect((await holdfastHere(['ledger', 'verify', directory, ...both, ...at])).code).toBe(0);
  expect((await holdfastHere(['ledger', 'verify', directory, ...both])).code).toBe(6);
  await keysBeside(directory, at);
  writeFileSync(join(directory, 'key/2'), '{}');
  const altered = await holdfastHere(['ledger', 'verify', directory, ...FIRST, ...at]);
  expect(altered.code).toBe(1);
  expect(altered.stdout).toContain('altered: key/2: it has no payload with a salt');
});

/** The keys that an installation serves, with the line that says from which entry the second one is in force. */
async function keysBeside(directory: string, at: readonly string[]): Promise<void> {
  const file = join(directory, 'ledger.vkey');
  const text = [
    ...[signing.log.vkey, signing.clock.vkey, '# key 2: in force from entry 120 on'],
    ...[later.log.vkey, later.clock.vkey, ''],
  ].join('\n');
  const verify = () => holdfastHere(['ledger', 'verify', directory, ...FIRST, ...at]);
  writeFileSync(file, text);
  expect((await verify()).code).toBe(0);
  for (const [from, to] of [
    ['entry 120', 'entry 121'],
    ['key 2', 'key 3'],
    ['# key', '# kez'],
    [later.clock.vkey, signing.witness.vkey],
    ['\n# ', '\n\n# '],
  ] as const) {
    writeFileSync(file, text.replace(from, to));
    const { code, stdout } = await verify();
    expect(stdout).toContain('altered: ledger.vkey is not the key that is trusted');
    expect(code).toBe(1);
  }
  rmSync(file);
}

test('a proof under a later key takes that key, or the statement that leads to it', async () => {
  const entries = [...entriesIn('tile/entries/000'), ...entriesIn('tile/entries/001.p/44')];
  const proof = inclusionProof(5, 300, subtreesOf(entries.map(hashOfLeaf)));
  const checkpoint = Buffer.from(bytesOf('checkpoint') ?? []).toString();
  const [file, statement, broken] = ['proof', 'key-2', 'broken'].map((name) => join(folder, name));
  if (file === undefined || statement === undefined || broken === undefined) throw new Error('three names');
  writeFileSync(file, proofFileText({ extra: entries[5] ?? new Uint8Array(), index: 5n, proof, checkpoint }));
  writeFileSync(statement, bytesOf('key/2') ?? '');
  writeFileSync(broken, '{}');
  const verify = (...options: readonly string[]) =>
    holdfastHere(['ledger', 'verify-proof', file, ...options]);
  const refused = await verify(...FIRST);
  expect(refused.code).toBe(1);
  expect(refused.stdout).toContain(
    `it is signed by ${ORIGIN}+${later.log.verifier.id}. If the ledger's key was rotated, give the later key`,
  );
  expect((await verify(...FIRST, '--keys', statement)).stdout).toContain('proven: rollback rbk_0 rev 6');
  expect((await verify('--key', later.log.vkey)).code).toBe(0);
  expect(await verify(...FIRST, '--keys', broken)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--keys: key/2: it has no payload'),
  });
  expect((await verify(...FIRST, '--keys', join(folder, 'nothing'))).code).toBe(2);
  const { log } = await signingFor('another.example/keys');
  expect((await verify('--key', log.vkey, '--keys', statement)).stderr).toContain(
    `--keys: key/2: no key that is known to be in force has signed it`,
  );
});

test('a rotation is asked for by the number of the key, with a reason', async () => {
  const bodies: string[] = [];
  server = await serveFiles(
    () => undefined,
    (request, response) => {
      request.setEncoding('utf8').on('data', (body: string) => bodies.push(`${request.url} ${body}`));
      request.on('end', () => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ generation: 2, keys: ['o+1+a', 'o+2+b'], seq: 17 }));
      });
      return true;
    },
  );
  const rotate = (...rest: readonly string[]) => holdfastHere(['ledger', 'rotate-key', ...rest], server?.url);
  const done = await rotate('2', '--reason', 'each year');
  expect(done.stdout).toContain('key 2 signs from entry 17 on: o+1+a o+2+b');
  expect(bodies).toEqual(['/v1/ledger/keys {"generation":2,"reason":"each year"}']);
  expect((await rotate('two', '--reason', 'each year')).code).toBe(2);
  expect((await rotate('2')).code).toBe(2);
});
