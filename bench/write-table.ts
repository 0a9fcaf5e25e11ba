import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Measured, RESULTS, ROOT, type Table } from './result.ts';

type Stored = Measured & {
  readonly name: string;
  readonly summary: string;
  readonly date: string;
  readonly commit: string;
  readonly changed: boolean;
  readonly node: string;
  readonly machine: { readonly cpus: number; readonly model: string; readonly memoryGiB: number };
  readonly loadAverage: { readonly before: readonly number[]; readonly after: readonly number[] };
};

/** Writes docs/benchmarks.md from what lies in bench/results. */
export function writeTable(): void {
  if (!existsSync(RESULTS)) return;
  const results: readonly Stored[] = readdirSync(RESULTS)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(RESULTS, file), 'utf8')));
  mkdirSync(join(ROOT, 'docs'), { recursive: true });
  writeFileSync(
    join(ROOT, 'docs', 'benchmarks.md'),
    `${[...head(), ...results.flatMap(section)].join('\n')}\n`,
  );
}

function head(): readonly string[] {
  return [
    '# Benchmarks',
    '',
    '<!-- Written by bench/write-table.ts from bench/results/*.json: change those, not this. -->',
    '',
    'Every number comes from a script under `bench/` and can be measured again: `npm run bench` runs all of them,',
    '`npm run bench intake` one. Raw samples, seeds and package versions lie in `bench/results/<name>.json`. Nothing here is',
    'asserted by a test: a number depends on the machine and on what else runs there, so the load average (one minute)',
    'before and after stands beside it. On the local cloud everything shares the two cores: the load generator, the',
    'functions, DynamoDB, and for `rollback-time` the forge and the services as well.',
  ];
}

function section(result: Stored): readonly string[] {
  const { machine, loadAverage, rows, tables = [], notes = [] } = result;
  const changed = result.changed ? ' with changes' : '';
  const loads = [loadAverage.before[0] ?? 0, loadAverage.after[0] ?? 0].map((load) => load.toFixed(1));
  return [
    '',
    `## ${result.name}`,
    '',
    result.summary,
    '',
    '| measure | value | target | |',
    '|---|---:|---|---|',
    ...rows.map(
      ({ measure, value, unit, target = '', met }) =>
        `| ${measure} | ${value} ${unit} | ${target} | ${verdict(met)} |`,
    ),
    ...tables.flatMap(tableLines),
    '',
    ...notes.map((note) => `- ${note}`),
    `- ${result.date.slice(0, 16)}Z, commit ${result.commit.slice(0, 7)}${changed}, ${machine.cpus} x ${machine.model}, ${machine.memoryGiB} GiB, Node ${result.node.slice(1)}, load ${loads.join(' -> ')}`,
    `- again: \`npm run bench ${result.name}\``,
  ];
}

function tableLines({ title, head: names, lines }: Table): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = names.map((_, index) => (index === 0 ? '---' : '---:'));
  return ['', `### ${title}`, '', line(names), line(rule), ...lines.map(line)];
}

function verdict(met: boolean | undefined): string {
  if (met === undefined) return '';
  return met ? 'met' : '**missed**';
}

if (import.meta.main) writeTable();
