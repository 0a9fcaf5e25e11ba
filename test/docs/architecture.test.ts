import { expect, test } from 'vitest';
import { textOf, treeFiles } from '../conventions/tree.ts';

const map = textOf('docs/architecture.md').split('## Where to look for what')[0] ?? '';

test('the map names every folder of the command line that is no list of commands', () => {
  const folders = treeFiles()
    .filter((file) => /^cli\/[^/]+\/.+\.ts$/.test(file) && !file.startsWith('cli/commands/'))
    .map((file) => file.split('/').slice(0, 2).join('/'));
  expect(folders.length).toBeGreaterThan(0);
  expect([...new Set(folders)].filter((folder) => !map.includes(`| \`${folder}/\``))).toEqual([]);
});
