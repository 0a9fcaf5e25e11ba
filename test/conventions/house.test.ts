import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lineCount, ROOT, sourcesOf, textOf, treeFiles } from './tree.ts';

const PRODUCT = ['shared', 'functions', 'infra', 'local', 'cli', 'bench'];
const NAMELESS = /(?:^|[-.])(?:utils?|helpers?|common|managers?|misc)(?:[-.]|$)/;
/** What the house says no file may reach. The local cloud is held to it without its sandbox. */
const MAX_LINES = { product: 200, test: 300, localCloud: 5000 };

/** Time, chance and the environment, read instead of passed in. `new Date(x)` is only a form of x. */
const AMBIENT = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /\bMath\.random\b/,
  /\bprocess\.env\b/,
  /\brandom(?:Bytes|UUID)\b/,
];
/** Jitter between two tries at an outside system: nothing is decided or stored by it. */
const JITTER = 'shared/adapters/aws/failures.ts';

/** Lines of a file that are no comment and match. */
function linesWith(file: string, pattern: RegExp): readonly string[] {
  return textOf(file)
    .split('\n')
    .filter((line) => !/^\s*(?:\/\/|\*|\/\*)/.test(line) && pattern.test(line))
    .map((line) => `${file}: ${line.trim()}`);
}

describe('the domain', () => {
  const domain = sourcesOf('shared');

  test.each(AMBIENT)('never reads %s', (pattern) => {
    expect(domain.length).toBeGreaterThan(100);
    const found = domain.filter((file) => file !== JITTER).flatMap((file) => linesWith(file, pattern));
    expect(found).toEqual([]);
  });

  test('draws chance at one place, for the pause between two tries', () => {
    expect(linesWith(JITTER, /\bMath\.random\b/)).toHaveLength(1);
  });
});

describe('the tree', () => {
  const sources = sourcesOf(...PRODUCT);
  const tests = sourcesOf('test');

  test('has no source of over 200 lines', () => {
    expect(sources.length).toBeGreaterThan(200);
    expect(sources.filter((file) => lineCount(file) > MAX_LINES.product)).toEqual([]);
  });

  test('has no test of over 300 lines', () => {
    expect(tests.length).toBeGreaterThan(100);
    expect(tests.filter((file) => lineCount(file) > MAX_LINES.test)).toEqual([]);
  });

  test('has handlers of at most 40 lines', () => {
    const handlers = sourcesOf('functions').filter((file) => !file.startsWith('functions/runtime/'));
    expect(handlers.length).toBeGreaterThan(30);
    expect(handlers.filter((file) => lineCount(file) > 40)).toEqual([]);
  });

  test('exports by name only', () => {
    const found = [...sources, ...tests].flatMap((file) => linesWith(file, /^export default\b/));
    expect(found).toEqual([]);
  });

  test('has no file or folder with a name that says nothing', () => {
    const nameless = treeFiles().filter((file) => file.split('/').some((part) => NAMELESS.test(part)));
    expect(nameless).toEqual([]);
  });

  test('names files in kebab case', () => {
    const others = [...sources, ...tests].filter(
      (file) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)*\.ts$/.test(basename(file)),
    );
    expect(others).toEqual([]);
  });
});

describe('what is published', () => {
  /** Paths of one machine, and hosts packages come from: nobody else's machine has them. */
  const PRIVATE = [
    /(?<![\w.$}-])\/(?:root|home|Users|work)\/[\w.-]+/,
    /https?:\/\/[^\s"'`)]*(?:registry|artifactory|nexus|verdaccio|codeartifact)[^\s"'`)]*/i,
  ];

  test('names no machine path and no package host in any file', () => {
    const files = treeFiles().filter((file) => !file.startsWith('test/conventions/'));
    const found = files.flatMap((file) => PRIVATE.flatMap((pattern) => linesWith(file, pattern)));
    expect(found).toEqual([]);
  });

  test('names no machine path and no package host in any commit', () => {
    const messages = execFileSync('git', ['log', '--format=%B'], { cwd: ROOT, encoding: 'utf8' });
    expect(messages.length).toBeGreaterThan(0);
    for (const pattern of PRIVATE) expect(messages).not.toMatch(pattern);
  });
});

test('the local cloud has at most 5,000 lines without its sandbox, blank lines and comments apart', () => {
  const lines = sourcesOf('local/cloud').flatMap((file) => textOf(file).split('\n'));
  const code = lines.filter((line) => line.trim() !== '' && !/^\s*(?:\/\/|\/?\*)/.test(line));
  expect(code.length).toBeGreaterThan(1_000);
  expect(code.length).toBeLessThanOrEqual(MAX_LINES.localCloud);
});
