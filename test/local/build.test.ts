import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildAssembly, contentHash } from '../../local/build.ts';

// Counts its runs in the assembly, so that a skipped build shows.
const APP = `import { appendFileSync, mkdirSync } from 'node:fs';
mkdirSync(process.env.CDK_OUTDIR, { recursive: true });
appendFileSync(process.env.CDK_OUTDIR + '/manifest.json', 'x');`;

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-build-'));
  for (const folder of ['infra', 'shared/kernel']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'infra', 'app.ts'), APP);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const build = async () => (await buildAssembly({ root, log: () => undefined })).built;

test('a build is skipped until a source changes', async () => {
  expect([await build(), await build()]).toEqual([true, false]);
  writeFileSync(join(root, 'shared', 'kernel', 'new.ts'), '');
  expect([await build(), await build()]).toEqual([true, false]);
});

test('a build that fails says why and is tried again', async () => {
  writeFileSync(join(root, 'infra', 'app.ts'), 'throw new Error("no such stack")');
  await expect(build()).rejects.toThrow('no such stack');
  await expect(build()).rejects.toThrow('no such stack');
});

test('the hash tells two files apart that only swap their contents', () => {
  const write = (first: string, second: string) => {
    writeFileSync(join(root, 'shared', 'a.ts'), first);
    writeFileSync(join(root, 'shared', 'b.ts'), second);
    return contentHash(root);
  };
  expect(write('1', '2')).not.toBe(write('2', '1'));
});
