import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../cli/commands/index.ts';
import { REVIEW_REASONS } from '../../shared/rollbacks/contract.ts';
import { ROOT, textOf, treeFiles } from '../conventions/tree.ts';

const pages = treeFiles().filter((file) => file.endsWith('.md'));
const adrs = pages.filter((file) => file.startsWith('docs/adr/'));

/** The anchor that GitHub gives a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsOf(page: string): readonly string[] {
  return [...textOf(page).matchAll(/^#{1,6} (.+)$/gm)].map((found) => slug((found[1] ?? '').trim()));
}

describe.each(pages)('%s', (page) => {
  test('links only to what is there', () => {
    const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map((found) => found[1] ?? '');
    const dead = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : normalize(join(dirname(page), path));
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  test('names only commands that holdfast has', () => {
    const named = [...textOf(page).matchAll(/npx holdfast ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)/g)];
    const known = COMMANDS.map((command) => command.name);
    const unknown = named
      .map((found) => found[1] ?? '')
      .filter((words) => !known.includes(words) && !known.includes(words.split(' ')[0] ?? ''));
    expect(unknown).toEqual([]);
  });
});

test('decisions are numbered without a gap, say context, decision and price, and fit on a page', () => {
  expect(adrs.length).toBeGreaterThan(0);
  for (const [index, adr] of adrs.entries()) {
    const number = String(index + 1).padStart(4, '0');
    const text = textOf(adr);
    expect(adr).toMatch(new RegExp(`^docs/adr/${number}-[a-z0-9-]+\\.md$`));
    expect(text.startsWith(`# ${number} · `)).toBe(true);
    for (const part of ['**Context.**', '**Decision.**', '**Price.**']) expect(text).toContain(part);
    expect(text.split('\n').length).toBeLessThan(60);
  }
});

test('every number of a decision that the code names is one that is there', () => {
  const named = treeFiles()
    .filter((file) => /\.(?:ts|json|md)$/.test(file) && !file.startsWith('test/docs/'))
    .flatMap((file) => [...textOf(file).matchAll(/\bADR (\d{4})\b/g)].map((found) => found[1] ?? ''));
  expect(named).toContain('0004');
  const numbers = adrs.map((adr) => adr.slice('docs/adr/'.length).slice(0, 4));
  expect(named.filter((number) => !numbers.includes(number))).toEqual([]);
});

test('the runbook knows every reason for which a person is asked', () => {
  const runbook = textOf('docs/runbook.md');
  for (const reason of REVIEW_REASONS) expect(runbook).toContain(reason);
});
