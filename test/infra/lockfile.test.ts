import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

type Entry = {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly version?: string;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
};
const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as {
  packages: Record<string, Entry>;
};

test('the lockfile names the packages of every platform: npm ci refuses it otherwise (infra/complete-lock.mjs)', () => {
  const wanted = Object.values(lock.packages).flatMap((entry) =>
    Object.keys(entry.optionalDependencies ?? {}),
  );
  const platforms = wanted.filter((name) => /-(?:x64|arm64|arm|ia32|ppc64|s390x|riscv64)\b/.test(name));
  expect(platforms.length).toBeGreaterThan(20);
  expect(platforms.filter((name) => lock.packages[`node_modules/${name}`] === undefined)).toEqual([]);
});

test('the lockfile names no download address', () => {
  expect(Object.values(lock.packages).filter((entry) => entry.resolved !== undefined)).toEqual([]);
});

test('only esbuild has an install script, and package.json allows it', () => {
  const scripted = Object.entries(lock.packages)
    .filter(([, entry]) => entry.hasInstallScript)
    .map(([path]) => path);
  expect(scripted).toEqual(['node_modules/esbuild']);
});
