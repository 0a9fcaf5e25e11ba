import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT, sourcesOf } from './tree.ts';

const BIOME = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
const FOLDERS = ['shared', 'functions', 'infra', 'local', 'cli'];

function biome(cwd: string, ...args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [BIOME, 'lint', '--colors=off', '--vcs-enabled=false', '--max-diagnostics=none', ...args],
    { cwd, encoding: 'utf8' },
  );
  return `${stdout}${stderr}`;
}

const house = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-house-')));
copyFileSync(join(ROOT, 'biome.json'), join(house, 'biome.json'));
afterAll(() => rmSync(house, { recursive: true }));

type Case = { readonly file: string; readonly text: string };
const cases: Case[] = [];

/** A file of the house with this text, beside others like it; answers its name. All are linted in one run. */
function written(file: string, text: string): string {
  const own = file.replace(/x\.ts$/, `x${cases.length}.ts`);
  cases.push({ file: own, text });
  return own;
}

let findings: readonly (readonly [file: string, rule: string])[] = [];
beforeAll(() => {
  for (const { file, text } of cases) {
    mkdirSync(join(house, dirname(file)), { recursive: true });
    writeFileSync(join(house, file), text);
  }
  const output = biome(house, '--reporter=github', ...cases.map(({ file }) => file));
  findings = [...output.matchAll(/title=lint\/\w+\/(\w+),file=([^,]+)/g)].map(
    ([, rule = '', file = '']) => [relative(house, file), rule] as const,
  );
});

/** The rules that the house's configuration reports about a file, once for each report. */
function reported(file: string): readonly string[] {
  return findings.flatMap(([where, rule]) => (where === file ? [rule] : []));
}

const imports = (specifier: string) => `export * from '${specifier}';\n`;

/** From the table of the house: a file, what it must not import, and what it may. */
const RULES: readonly (readonly [file: string, forbidden: readonly string[], allowed: readonly string[]])[] =
  [
    ['shared/kernel/x.ts', ['../ports/index.ts', 'yaml', 'node:fs'], ['./fault.ts', 'zod', 'canonicalize']],
    ['shared/ports/x.ts', ['../signals/contract.ts', 'zod'], ['../kernel/index.ts']],
    [
      'shared/rollbacks/x.ts',
      [
        '../adapters/retry.ts',
        '../services/put-service.ts',
        '@aws-sdk/client-s3',
        'node:fs',
        '../../functions/runtime/store.ts',
      ],
      ['../kernel/index.ts', '../ports/index.ts', '../services/index.ts', '../services/contract.ts', 'zod'],
    ],
    [
      'shared/rollbacks/rules/x.ts',
      ['../../adapters/retry.ts', '../../services/autonomy.ts', '../../../infra/app.ts', 'hono'],
      ['../../kernel/index.ts', '../contract.ts', '../../services/index.ts'],
    ],
    [
      'shared/adapters/github/x.ts',
      ['@aws-sdk/client-s3', '../../rollbacks/index.ts', '../../../local/world.ts', 'yaml'],
      ['@octokit/core', '../retry.ts', '../../ports/index.ts', 'cockatiel'],
    ],
    ['shared/adapters/aws/x.ts', ['@octokit/core', '../../ledger/seal-decisions.ts'], ['@aws-sdk/client-s3']],
    ['shared/adapters/retry-x.ts', ['@aws-sdk/client-s3', '../rollbacks/index.ts'], ['../kernel/index.ts']],
    [
      'functions/rollbacks/x.ts',
      [
        '../../shared/services/index.ts',
        '../../shared/adapters/retry.ts',
        '@aws-sdk/client-s3',
        '../services/put-service.ts',
      ],
      ['../runtime/store.ts', '../../shared/rollbacks/index.ts'],
    ],
    [
      'functions/runtime/x.ts',
      ['@aws-sdk/client-sfn', '../rollbacks/watch-health.ts', 'aws-cdk-lib', 'hono'],
      ['@middy/core'],
    ],
    [
      'infra/constructs/x.ts',
      [
        '../../shared/rollbacks/index.ts',
        '../../shared/adapters/retry.ts',
        '../../functions/runtime/store.ts',
      ],
      ['aws-cdk-lib', 'constructs', '../bundle.ts', '../../shared/rollbacks/contract.ts'],
    ],
    ['infra/x.ts', ['../shared/rollbacks/index.ts', 'hono'], ['./bundle.ts', 'cdk-nag']],
    [
      'local/x.ts',
      ['../shared/rollbacks/index.ts', '@aws-sdk/client-s3'],
      ['./world.ts', '../shared/kernel/index.ts'],
    ],
    [
      'local/cloud/states/x.ts',
      [
        '../../../shared/rollbacks/index.ts',
        '../../../shared/adapters/retry.ts',
        '@aws-sdk/client-sfn',
        '../../../functions/runtime/store.ts',
      ],
      ['../types.ts', '../../../shared/kernel/index.ts', 'jsonata', 'node:fs/promises'],
    ],
    [
      'local/sandbox/forge/git/x.ts',
      ['../../../../shared/rollbacks/index.ts', '@octokit/core'],
      ['node:fs', '../router.ts'],
    ],
    [
      'cli/commands/x.ts',
      [
        '../../shared/rollbacks/index.ts',
        '../../shared/adapters/retry.ts',
        '../../local/world.ts',
        '@aws-sdk/client-s3',
      ],
      ['../http.ts', '../../shared/ledger/verify.ts', '../../shared/rollbacks/rules/index.ts', 'zod'],
    ],
    ['cli/x.ts', ['../shared/ledger/seal-decisions.ts', '../local/world.ts'], ['./http.ts', 'node:fs']],
  ];

describe.each(
  RULES.map(([file, forbidden, allowed]) => ({
    file,
    count: forbidden.length,
    forbidden: written(file, forbidden.map(imports).join('')),
    allowed: written(file, allowed.map(imports).join('')),
  })),
)('$file', ({ count, forbidden, allowed }) => {
  test('may import nothing from outside its row of the table', () => {
    expect(reported(forbidden).filter((rule) => rule === 'noRestrictedImports')).toHaveLength(count);
  });

  test('may import what its row names', () => {
    expect(reported(allowed)).not.toContain('noRestrictedImports');
  });
});

const OTHERS: readonly (readonly [file: string, text: string, rule: string])[] = [
  ['shared/rollbacks/x.ts', 'export const x = () => fetch("http://127.0.0.1");\n', 'noRestrictedGlobals'],
  ['shared/rollbacks/rules/x.ts', 'export const x = process.pid;\n', 'noRestrictedGlobals'],
  ['functions/rollbacks/x.ts', `${'// a line\n'.repeat(40)}export const x = 1;\n`, 'noExcessiveLinesPerFile'],
  ['shared/rollbacks/x.ts', `${'// a line\n'.repeat(200)}export const x = 1;\n`, 'noExcessiveLinesPerFile'],
  ['functions/runtime/x.ts', 'export const x = process.env.X;\n', 'noProcessEnv'],
  ['shared/rollbacks/x.ts', 'console.log(1);\n', 'noConsole'],
  ['local/x.ts', 'console.log(1);\n', 'noConsole'],
  ['infra/x.ts', 'export default 1;\n', 'noDefaultExport'],
  ['cli/Some_File.ts', 'export const x = 1;\n', 'useFilenamingConvention'],
];

test.each(OTHERS.map(([file, text, rule]) => ({ file, text, rule, name: written(file, text) })))(
  '$file: $text is reported by $rule',
  ({ rule, name }) => {
    expect(reported(name)).toContain(rule);
  },
);

test.each(FOLDERS)('the checker sees every file of %s, and none has a forbidden import', (folder) => {
  const output = biome(ROOT, '--only=style/noRestrictedImports', folder);
  const checked = Number(/Checked (\d+) files?/.exec(output)?.[1] ?? 0);
  expect(sourcesOf(folder).length).toBeGreaterThan(0);
  expect(checked).toBeGreaterThanOrEqual(sourcesOf(folder).length);
  expect(output).not.toContain('noRestrictedImports');
});
