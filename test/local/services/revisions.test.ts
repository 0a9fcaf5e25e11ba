import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { gitopsFiles, manifestPath, manifestText } from '../../../local/sandbox/services/gitops.ts';
import { BEHAVIOURS, type Files, serviceFiles } from '../../../local/sandbox/services/revisions.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'holdfast-services-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let trees = 0;
/** As late as a busy machine makes an answer. */
const LATE_MS = 1200;

/** A folder of its own with these files. */
function written(files: Files): string {
  trees += 1;
  const tree = join(folder, String(trees));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  return tree;
}

/** Runs what `checks.json` names, in the tree; whether it passed, and all it said. */
async function check(files: Files): Promise<{ readonly passed: boolean; readonly said: string }> {
  const tree = written(files);
  const [first] = JSON.parse(files['checks.json'] ?? '').checks;
  const [, ...rest] = first.command;
  try {
    const { stdout, stderr } = await run(process.execPath, rest, { cwd: tree, env: {} });
    return { passed: true, said: stdout + stderr };
  } catch (error) {
    return { passed: false, said: JSON.stringify(error) + String(error) };
  }
}

test.each(BEHAVIOURS)(
  'the unit tests of a %s revision are red only when it is the red one',
  async (behaviour) => {
    const { passed } = await check(serviceFiles(behaviour));
    expect(passed).toBe(behaviour !== 'red');
  },
);

test('revisions of one behaviour differ by their note, and a note cannot leave its comment', () => {
  const [one, two] = [serviceFiles('good', 'one'), serviceFiles('good', 'two\nthrow 1')];
  expect(one['handler.mjs']).not.toBe(two['handler.mjs']);
  expect(two['handler.mjs']).toContain('// two throw 1\n');
});

test('a revision that depends on something runs on when that is late, and ends when it is gone', async () => {
  const { promise: asked, resolve: askedAgain } = Promise.withResolvers<void>();
  let answers = 0;
  const dependency = createServer((_, response) => {
    setTimeout(() => {
      response.end('late');
      answers += 1;
      if (answers === 3) askedAgain();
    }, LATE_MS);
  });
  await new Promise<void>((listening) => dependency.listen(0, '127.0.0.1', listening));
  const { port } = dependency.address() as AddressInfo;
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: written(serviceFiles('dependent')),
    env: { PORT: '0', DEPENDENCY_URL: `http://127.0.0.1:${port}` },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const errors = child.stderr.setEncoding('utf8').toArray();
  const ended = once(child, 'exit');
  await Promise.race([asked, ended]);
  expect(child.exitCode).toBe(null);
  dependency.close();
  dependency.closeAllConnections();
  expect((await ended)[0]).toBe(1);
  expect((await errors).join('')).toMatch(/fetch failed/);
});

const GOOD = { service: 'checkout', environment: 'staging', revision: 'a'.repeat(40) };
const gitops = (text: string) =>
  check({
    ...gitopsFiles(),
    [manifestPath('checkout', 'staging')]: text,
    [manifestPath('basket', 'production')]: manifestText({
      ...GOOD,
      service: 'basket',
      environment: 'production',
    }),
  });

test('the check of the GitOps repository passes manifests as they are written', async () => {
  const { passed, said } = await gitops(manifestText(GOOD));
  expect(said).toContain('apps/checkout/staging.yaml is valid');
  expect(passed).toBe(true);
});

test.each([
  ['a short sha', (text: string) => text.replace('a'.repeat(40), 'aaaaaaa'), 'no full commit sha'],
  [
    'a sha that has become a mapping',
    (text: string) => text.replace('a'.repeat(40), ''),
    'no full commit sha',
  ],
  ['a repeated key', (text: string) => `${text}kind: Application\n`, 'repeats kind'],
  ['a broken indent', (text: string) => text.replace('  source:', '   source:'), 'is not \\"key: value\\"'],
  ['another service', (text: string) => text.replace('acme/checkout', 'acme/basket'), 'another repository'],
  [
    'another environment',
    (text: string) => text.replace('name: checkout-staging', 'name: checkout'),
    'metadata.name',
  ],
])('the check of the GitOps repository refuses %s', async (_, change, problem) => {
  const { passed, said } = await gitops(change(manifestText(GOOD)));
  expect(passed).toBe(false);
  expect(said).toContain(problem);
});
