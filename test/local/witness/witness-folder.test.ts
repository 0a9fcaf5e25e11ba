import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fileWitnessStore } from '../../../local/witness/file-store.ts';
import { lockFolder } from '../../../local/witness/folder-lock.ts';
import { witnessSigner } from '../../../local/witness/key-file.ts';
import { tokenBucket } from '../../../local/witness/token-bucket.ts';
import { startWitness } from '../../../local/witness/witness.ts';
import { signing } from '../../support/witness.ts';
import { witnessStoreContract } from '../../support/witness-store-contract.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-witness-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;

function newFolder(): string {
  folders += 1;
  return mkdtempSync(join(root, `${folders}-`));
}

function newStore(folder = newFolder()) {
  witnessSigner(folder);
  return fileWitnessStore(folder, { check: () => undefined });
}

describe('a memory in files', () => {
  witnessStoreContract(async () => newStore());

  test('is there again for the next process', async () => {
    const folder = newFolder();
    const record = { size: 7n, root: 'ab'.repeat(32), time: 1n, note: 'note' };
    await newStore(folder).put('one', record, undefined);
    expect(await newStore(folder).read('one')).toEqual(record);
  });

  test.each(['', '{"v":1', '{"v":2}'])(
    'that cannot be read (%j) is refused, not begun anew',
    async (text) => {
      const folder = newFolder();
      const store = newStore(folder);
      const record = { size: 7n, root: 'ab'.repeat(32), time: 1n, note: 'note' };
      await store.put('one', record, undefined);
      for (const name of readdirSync(join(folder, 'logs'))) writeFileSync(join(folder, 'logs', name), text);
      await expect(store.read('one')).rejects.toThrow(/cannot be read/);
      await expect(store.put('one', record, undefined)).rejects.toThrow(/cannot be read/);
    },
  );
});

describe('a key file', () => {
  test('is drawn once, for its owner alone', async () => {
    const folder = newFolder();
    const [first, again] = [witnessSigner(folder), witnessSigner(folder)];
    expect(await first.publicKey()).toEqual(await again.publicKey());
    expect(statSync(join(folder, 'witness.key')).mode & 0o777).toBe(0o600);
  });

  test('that others may read is refused', () => {
    const folder = newFolder();
    witnessSigner(folder);
    chmodSync(join(folder, 'witness.key'), 0o644);
    expect(() => witnessSigner(folder)).toThrow(/mode must be 600/);
  });

  test('without its memory, or a memory without its key, is refused', () => {
    const [one, two] = [newFolder(), newFolder()];
    for (const folder of [one, two]) witnessSigner(folder);
    rmSync(join(one, 'logs'), { recursive: true });
    rmSync(join(two, 'witness.key'));
    expect(() => witnessSigner(one)).toThrow(/what this witness has seen/);
    expect(() => witnessSigner(two)).toThrow(/a new one needs a new folder/);
  });
});

describe('the lock of a folder', () => {
  test('keeps a second witness out, until the first one ends', () => {
    const folder = newFolder();
    const lock = lockFolder(folder, 'witness');
    expect(() => lockFolder(folder, 'witness')).toThrow(/another witness runs over this folder/);
    lock.release();
    lockFolder(folder, 'witness').release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is taken over from a process that is gone, and from no process of another machine', () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'lock'), `2147483646 elsewhere.${hostname()} 1`);
    expect(() => lockFolder(folder, 'witness')).toThrow(/another witness/);
    writeFileSync(join(folder, 'lock'), `2147483646 ${hostname()} 1`);
    lockFolder(folder, 'witness').check();
  });

  test('that is taken away stops the writing', async () => {
    const folder = newFolder();
    witnessSigner(folder);
    const store = fileWitnessStore(folder, lockFolder(folder, 'witness'));
    rmSync(join(folder, 'lock'));
    const record = { size: 7n, root: 'ab'.repeat(32), time: 1n, note: 'note' };
    await expect(store.put('one', record, undefined)).rejects.toThrow(/no longer/);
  });
});

test.each([
  ['no key', '', 'a', /no key of a log is named/],
  ['a cosigner for a log', signing.witness.vkey, 'a', /no key of a log is named/],
  ['a key that is none', 'x+1+y', 'a', /--log: the log key "x\+1\+y"/],
  ['a name with a space', signing.log.vkey, 'a b', /--name/],
])('%s is refused at the start', async (_, logs, name, reason) => {
  await expect(
    startWitness({ folder: newFolder(), name, port: 0, logs, log: () => undefined }),
  ).rejects.toThrow(reason);
});

test('requests are let through at their rate, and some more at once', () => {
  let now = 0;
  const mayGoOn = tokenBucket(2, 3, () => now);
  const count = () => Array.from({ length: 10 }, mayGoOn).filter((yes) => yes).length;
  expect(count()).toBe(3);
  now = 1_000;
  expect(count()).toBe(2);
  now = 60_000;
  expect(count()).toBe(3);
});
