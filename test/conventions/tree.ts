import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..', '..');

/** Every file of the tree that git knows or would take, relative to the root. */
export function treeFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(ROOT, file)))
    .sort();
}

/** The TypeScript files below some folders. */
export function sourcesOf(...folders: readonly string[]): readonly string[] {
  return treeFiles().filter(
    (file) => file.endsWith('.ts') && folders.some((folder) => file.startsWith(`${folder}/`)),
  );
}

export function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Lines as an editor counts them. */
export function lineCount(file: string): number {
  return textOf(file).split('\n').length - 1;
}
