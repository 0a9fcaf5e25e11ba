import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');
export const RESULTS = join(import.meta.dirname, 'results');

/** One line of the published table. */
export type Row = {
  readonly measure: string;
  readonly value: number | string;
  readonly unit: string;
  readonly target?: string;
  readonly met?: boolean;
};

/** A table besides the rows: for what has more than one number a line. */
export type Table = {
  readonly title: string;
  readonly head: readonly string[];
  readonly lines: readonly (readonly string[])[];
};

export type Measured = {
  readonly rows: readonly Row[];
  readonly tables?: readonly Table[];
  /** Every measured value, in the order it was measured. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
  readonly details?: unknown;
  readonly notes?: readonly string[];
  readonly seed?: number;
};

export type Say = (line: string) => void;
/** Which part of a long sweep to run: from and to which point, every how many-th, for how long, how many runs at most. */
export type Sweep = {
  readonly from?: number;
  readonly to?: number;
  readonly every?: number;
  readonly minutes?: number;
  readonly runs?: number;
};
export type Bench = {
  readonly name: string;
  readonly summary: string;
  readonly run: (say: Say, sweep?: Sweep) => Promise<Measured>;
};

/** A row that says whether its target was reached. */
export function held(
  row: Omit<Row, 'value' | 'met' | 'target'> & { readonly value: number },
  target: { readonly atLeast: number } | { readonly below: number },
): Row {
  const isFloor = 'atLeast' in target;
  return {
    ...row,
    target: isFloor ? `>= ${target.atLeast}` : `< ${target.below}`,
    met: isFloor ? row.value >= target.atLeast : row.value < target.below,
  };
}

/** Runs a bench and keeps what it measured, with the machine and the versions it was measured on. */
export async function record(bench: Bench, say: Say, sweep: Sweep = {}): Promise<Measured> {
  const loadBefore = loadavg();
  const measured = await bench.run(say, sweep);
  mkdirSync(RESULTS, { recursive: true });
  const result = {
    name: bench.name,
    summary: bench.summary,
    date: new Date().toISOString(),
    commit: git('rev-parse', 'HEAD'),
    changed: git('status', '--porcelain', '--', ':!bench', ':!docs') !== '',
    machine: {
      cpus: cpus().length,
      model: cpus()[0]?.model ?? 'unknown',
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      platform: `${process.platform}-${process.arch}`,
    },
    loadAverage: { before: loadBefore, after: loadavg() },
    node: process.version,
    packages: versions(),
    ...measured,
  };
  const file = join(RESULTS, `${bench.name}.json`);
  writeFileSync(file, JSON.stringify(result));
  execFileSync('npx', ['--no-install', 'biome', 'format', '--write', file], { cwd: ROOT, stdio: 'ignore' });
  return measured;
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
}

function versions(): unknown {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  return { ...dependencies, ...devDependencies, ...optionalDependencies };
}
