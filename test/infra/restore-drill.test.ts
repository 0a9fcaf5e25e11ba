import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT, textOf } from '../conventions/tree.ts';
import { synthesise } from './synthesised.ts';

type Items = Record<string, { pk: { S: string }; text: { S: string } }>;
type State = { production: Record<string, Items>; drill: Record<string, Items>; order: string[] };
type Asked = { readonly account: string; readonly args: readonly string[] };

const RESOURCES = synthesise().map(({ stack, logicalId, Type }) => [stack, logicalId, Type] as const);
const ORDER = ['Ledger', 'Payloads', 'Heads', 'Decisions'];
const idOf = (table: string) =>
  RESOURCES.find(([, id, type]) => type === 'AWS::DynamoDB::Table' && id.startsWith(table))?.[1] ?? '';

/** Thirty items, of which any twenty-five are more than Linux takes as one argument (128 KiB). */
const itemsOf = (table: string): Items =>
  Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => {
      const pk = `${table}/${at}`;
      return [pk, { pk: { S: pk }, text: { S: `'"$(x)\\ \n`.repeat(800) } }];
    }),
  );

/** The lines of the page that finds names, and of the drill; each block as it is typed. */
const RUNBOOK = textOf('docs/runbook.md');
const blocksOf = (text: string) =>
  [...text.matchAll(/^( *)```\n([\s\S]*?)^\1```$/gm)].map((found) => found[2] ?? '');
const [NAMES = ''] = blocksOf(RUNBOOK);
const DRILL = blocksOf(/^## Restore drill\n([\s\S]*?)^## /m.exec(RUNBOOK)?.[1] ?? '');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-drill-'));
  mkdirSync(join(folder, 'bin'));
  copyFileSync(join(ROOT, 'test/support/aws-stand-in.mjs'), join(folder, 'bin', 'aws'));
  chmodSync(join(folder, 'bin', 'aws'), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Types lines into a shell in which `aws` is our stand-in; waiting takes no time. */
function typed(lines: readonly string[], more: object = {}) {
  const production = Object.fromEntries(ORDER.map((table) => [idOf(table), itemsOf(table)]));
  const drill = Object.fromEntries(ORDER.map((table) => [idOf(table), {}]));
  const before = { resources: RESOURCES, order: [], production, drill, ...more };
  writeFileSync(join(folder, 'state.json'), JSON.stringify(before));
  const shell = spawnSync('bash', ['--noprofile', '--norc', '-c', ['sleep() { :; }', ...lines].join('\n')], {
    ...{ cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    env: {
      PATH: [join(folder, 'bin'), join(process.execPath, '..'), '/usr/bin', '/bin'].join(delimiter),
      AWS_STAND_IN: folder,
      TMPDIR: folder,
    },
  });
  const state: State = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'));
  const asked = readFileSync(join(folder, 'asked.jsonl'), 'utf8').trimEnd().split('\n');
  return { ...shell, state, asked: asked.map((line): Asked => JSON.parse(line)) };
}

const hasJq = spawnSync('jq', ['--version']).status === 0;

test.skipIf(!hasJq)(
  'the lines of the restore drill bring every item into the account of the drill, the decisions last',
  () => {
    const { state, asked, stdout, stderr } = typed([NAMES, ...DRILL]);
    expect(stderr).toBe('');
    for (const table of ORDER) {
      expect(state.drill[idOf(table)]).toEqual(itemsOf(table));
      expect(stdout).toContain(`drill-${table}: 30 items, there are 30 in ${idOf(table)}`);
    }
    expect([...new Set(state.order)]).toEqual(ORDER.map(idOf));
    // what was restored beside production is gone again, and nothing else of it was touched
    expect(Object.keys(state.production)).toEqual(ORDER.map(idOf));
    for (const { account } of asked) expect(['production', 'drill']).toContain(account);
    const writes = asked.filter(({ args }) => args[1] === 'batch-write-item' || args[0] === 'events');
    expect(new Set(writes.map(({ account }) => account))).toEqual(new Set(['drill']));
    expect(writes.filter(({ args }) => args[1] === 'disable-rule')).toHaveLength(2);
    const reads = asked.filter(({ args }) => args[1] === 'scan' && !args.includes('COUNT'));
    expect(new Set(reads.map(({ account }) => account))).toEqual(new Set(['production']));
  },
);

test.skipIf(!hasJq)(
  'a table that cannot be read whole stops the copy before the decisions, whose stream seals',
  () => {
    const { state, stdout } = typed([NAMES, ...DRILL], { unreadable: 'drill-Heads' });
    expect(stdout).toContain('STOP: Heads is not whole');
    expect([...new Set(state.order)]).toEqual(['Ledger', 'Payloads'].map(idOf));
  },
);
