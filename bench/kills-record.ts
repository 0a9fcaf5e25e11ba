import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { differences } from './kills-effects.ts';
import type { KillRun } from './kills-run.ts';
import { textOf } from './kills-steps.ts';
import type { Planned } from './kills-world.ts';
import { RESULTS, ROOT } from './result.ts';

const CutRecord = z.object({
  environment: z.string(),
  step: z.number(),
  phase: z.enum(['before', 'after']),
  at: z.string(),
  downMs: z.number(),
  end: z.string(),
  workflow: z.string(),
  doubled: z.number(),
  missing: z.number(),
  otherDecisions: z.boolean(),
  wrong: z.array(z.string()),
  /** What was cut, and when. */
  commit: z.string(),
  date: z.string(),
});
/** One point of the flow that was cut, and all that was not as in the run that nobody cut. */
export type CutRecord = Readonly<z.infer<typeof CutRecord>>;

const Kept = z.object({
  details: z.object({
    records: z.array(CutRecord),
    entries: z.number(),
    findings: z.array(z.string()),
    whole: z.array(z.object({ environment: z.string(), steps: z.array(z.string()) })),
  }),
});

export type Sweeps = {
  readonly records: readonly CutRecord[];
  /** Decisions that were sealed and replayed. */
  readonly entries: number;
  readonly findings: readonly string[];
};

const NOTHING: Sweeps = { records: [], entries: 0, findings: [] };

/**
 * What earlier sweeps found, as far as the flow has the same stored steps: all points take an hour and more, so a sweep
 * begins with those that were not cut yet. Nothing where the results are of another form.
 */
export function earlierSweeps(whole: readonly KillRun[]): Sweeps {
  const file = join(RESULTS, 'kills.json');
  const kept = Kept.safeParse(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);
  if (!kept.success) return NOTHING;
  const { details } = kept.data;
  const same = whole.every(({ target: { environment }, steps }) => {
    const before = details.whole.find((one) => one.environment === environment)?.steps;
    return JSON.stringify(before) === JSON.stringify(steps);
  });
  return same ? details : NOTHING;
}

/** Those that were not cut yet, then the others, each in the order of the plan. */
export function uncutFirst(
  plan: readonly Planned[],
  { records }: Pick<Sweeps, 'records'>,
): readonly Planned[] {
  const done = new Set(records.map(keyOf));
  const isDone = ({ environment, cut }: Planned) =>
    cut !== undefined && done.has(keyOf({ environment, ...cut }));
  return [...plan.filter((point) => !isDone(point)), ...plan.filter(isDone)];
}

/** Earlier sweeps and this one; a point that was cut again counts as it is now. */
export function together(earlier: Sweeps, now: Sweeps): Sweeps {
  const again = new Set(now.records.map(keyOf));
  return {
    records: [...earlier.records.filter((record) => !again.has(keyOf(record))), ...now.records],
    entries: earlier.entries + now.entries,
    findings: [...earlier.findings, ...now.findings],
  };
}

function keyOf({ environment, step, phase }: Pick<CutRecord, 'environment' | 'step' | 'phase'>): string {
  return `${environment}/${step}/${phase}`;
}

/** What a run that was killed came to, against the one of its environment that was not. */
export function recordOf(run: KillRun, whole: KillRun | undefined): CutRecord {
  const { cut = { step: 0, phase: 'before' as const }, at = '', downMs = 0, end, workflow } = run;
  const { doubled, missing } = differences(whole?.effects ?? [], run.effects);
  const { service, environment } = run.target;
  const decided = same(run.events, whole?.events);
  const answered = same(run.approvals, whole?.approvals);
  const wrong = [
    ...(end === 'RollbackComplete' ? [] : [`ended as ${end}`]),
    ...(workflow === 'SUCCEEDED' ? [] : [`its workflow ${workflow}`]),
    ...(decided ? [] : [`decided ${run.events.join(', ')}`]),
    ...(answered ? [] : [`approvals ${run.approvals.join(', ')}`]),
    ...doubled.map((effect) => `once too often: ${effect}`),
    ...missing.map((effect) => `never: ${effect}`),
  ];
  return {
    ...{ environment, ...cut, at, downMs, end, workflow },
    ...{ doubled: doubled.length, missing: missing.length, otherDecisions: !decided || !answered },
    wrong: wrong.map((text) => `${environment} ${service}, cut ${textOf(cut)} (${at}): ${text}`),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim(),
    date: new Date().toISOString(),
  };
}

const same = (one: readonly string[], other: readonly string[] = []): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
