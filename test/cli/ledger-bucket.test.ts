import { Buffer } from 'node:buffer';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { objectsOf, serveBucket } from '../support/bucket-server.ts';
import type { FileServer } from '../support/file-server.ts';
import { publish, sealedEntries, signedCheckpoint, signingFor } from '../support/tile-ledger.ts';
import { holdfastHere } from './run.ts';

const ORIGIN = 'holdfast.example/alone';
const signing = await signingFor(ORIGIN);
const folder = mkdtempSync(join(tmpdir(), 'ledger-bucket-'));
const time = Date.parse('2026-11-21T10:00:10Z') / 1000;
const entries = sealedEntries('alone', 300);
const publishedAt = (sizes: readonly number[], of = entries) =>
  publish(of, { signing, origin: ORIGIN, sizes, time });
const published = publishedAt([100, 256, 300]);
const LARGER = 'checkpoint/00000000000000000300';
const [largest] = published.checkpoints.get(300) ?? [];
if (largest === undefined || !('bytes' in largest)) throw new Error('it was published');

let server: FileServer | undefined;
afterEach(() => server?.close());

async function verify(stored = objectsOf(published), ...more: readonly string[]) {
  server = await serveBucket(stored);
  const where = ['s3://ledger-bucket', '--endpoint', server.url];
  const ran = await holdfastHere(['ledger', 'verify', ...where, '--key', signing.log.vkey, ...more]);
  await server.close();
  return ran;
}

function kept(size: number, of = entries): readonly string[] {
  const file = join(folder, `kept-${size}-${of === entries}`);
  const [version] = publishedAt([size], of).checkpoints.get(size) ?? [];
  writeFileSync(file, version !== undefined && 'bytes' in version ? version.bytes : '');
  return ['--since', file];
}

test('a bucket alone is checked as far as full tiles reach, and that is said', async () => {
  const { code, stdout } = await verify();
  expect(stdout).toContain('ledger sound: 256 entries of alone');
  expect(stdout).toContain('checked up to 256 of 300 signed entries: the rest needs --tail');
  expect(code).toBe(0);
  const document = JSON.parse((await verify(undefined, '--json')).stdout);
  expect(document).toMatchObject({ verdict: 'sound', partial: { checked: 256, signed: 300 } });
});

test.each([
  ['garbage in it', [{ bytes: Buffer.from('garbage') }], 1, 'checkpoint/300: the note has no blank line'],
  ['a second version of it', [largest, largest], 1, 'checkpoint/300 was written 2 times'],
  ['a marker over it', [largest, { deleted: true }], 1, 'checkpoint/300 was deleted'],
  [
    'another root for it',
    [largest, ...(publishedAt([300], sealedEntries('alone', 300, 'd')).checkpoints.get(300) ?? [])],
    7,
    'two roots are signed for size 300',
  ],
] as const)('a checkpoint beyond the full tiles is checked: %s', async (_, versions, exit, reason) => {
  const { code, stdout } = await verify(objectsOf(published).set(LARGER, versions));
  expect(stdout).toContain(reason);
  expect(code).toBe(exit);
});

test('what is no checkpoint counts for no entries, however large the number in its name', async () => {
  const garbage = [{ bytes: Buffer.from('garbage') }];
  const { code, stdout } = await verify(objectsOf(published).set(`checkpoint/${'9'.repeat(20)}`, garbage));
  expect(stdout).toContain(`altered: checkpoint/${'9'.repeat(20)}: the note has no blank line`);
  expect(stdout).not.toContain('truncated');
  expect(code).toBe(1);
});

test('a checkpoint that was kept and lies beyond the full tiles is not judged truncated', async () => {
  const beyond = await verify(undefined, ...kept(290));
  expect(beyond.stdout).toContain('the checkpoint kept is of size 290: whether');
  expect(beyond.code).toBe(0);
  expect((await verify(undefined, ...kept(300, sealedEntries('alone', 300, 'd')))).code).toBe(7);
  expect((await verify(undefined, ...kept(200, sealedEntries('alone', 300, 'd')))).code).toBe(7);
  expect((await verify(undefined, ...kept(200))).code).toBe(0);
  const lost = objectsOf(published);
  lost.delete(LARGER);
  expect((await verify(lost, ...kept(300))).code).toBe(5);
});

test('a witness cannot be asked for without the API, and that is said', async () => {
  const keys = [signing.log.vkey, signing.clock.vkey, signing.witness.vkey].join(',');
  const { code, stdout } = await verify(undefined, '--key', keys);
  expect(stdout).toContain('no witness was asked for');
  expect(code).toBe(0);
});

test('where full tiles reach no checkpoint nothing is called sound', async () => {
  const small = objectsOf(publishedAt([100], entries.slice(0, 100)));
  expect((await verify(small)).code).toBe(3);
  const forged = signedCheckpoint(
    { origin: 'another.example/log', size: 100n, root: new Uint8Array(32) },
    await signingFor('another.example/log'),
    time,
  );
  const name = 'checkpoint/00000000000000000100';
  const { code, stderr } = await verify(
    small.set(name, [...(small.get(name) ?? []), { bytes: Buffer.from(forged) }]),
  );
  expect([code, stderr]).toEqual([1, '']);
});
