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
  /** The name of the place. */
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

type Whole = readonly { readonly environment: string; readonly steps: readonly string[] }[];
/** What earlier sweeps found, and the run of each place that they were compared with. */
export type KeptSweeps = Sweeps & { readonly whole: Whole };

/** The results as they are on disk; nothing where there are none, or of another form. */
export function keptSweeps(file = join(RESULTS, 'kills.json')): KeptSweeps {
  const kept = Kept.safeParse(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);
  return kept.success ? kept.data.details : { ...NOTHING, whole: [] };
}

/** The stored steps of a place in earlier sweeps. */
export function knownSteps({ whole }: KeptSweeps, place: string): readonly string[] | undefined {
  return whole.find(({ environment }) => environment === place)?.steps;
}

/**
 * What earlier sweeps found, place for place, where the flow has the same stored steps: all points take an hour and
 * more, so a sweep begins with those that were not cut yet. What their ledgers showed is of all places together: it
 * counts while one of them is as it was.
 */
export function earlierSweeps(kept: KeptSweeps, whole: readonly KillRun[]): Sweeps {
  const unchanged = whole
    .filter(({ target, steps }) => same(steps, knownSteps(kept, target.place.name)))
    .map(({ target }) => target.place.name);
  if (unchanged.length === 0) return NOTHING;
  const { records, entries, findings } = kept;
  return {
    ...{ entries, findings },
    records: records.filter(({ environment }) => unchanged.includes(environment)),
  };
}

/** Of the records those that were cut at the step that was meant: a run that waited once more is elsewhere by then. */
export function cutAsMeant(records: readonly CutRecord[], whole: readonly KillRun[]): readonly CutRecord[] {
  return records.filter(({ environment, step, at }) =>
    whole.some(({ target, steps }) => target.place.name === environment && steps[step] === at),
  );
}

/** Those that are not among the records, then the others, each in the order of the plan. */
export function uncutFirst(
  plan: readonly Required<Planned>[],
  records: readonly CutRecord[],
): readonly Required<Planned>[] {
  const done = new Set(records.map(pointOf));
  const isDone = ({ place, cut }: Required<Planned>) =>
    done.has(pointOf({ environment: place.name, ...cut }));
  return [...plan.filter((point) => !isDone(point)), ...plan.filter(isDone)];
}

/** Earlier sweeps and this one; what was cut again, at the same step, counts as it is now. */
export function together(earlier: Sweeps, now: Sweeps): Sweeps {
  const keyOf = (record: CutRecord): string => `${pointOf(record)}/${record.at}`;
  const again = new Set(now.records.map(keyOf));
  return {
    records: [...earlier.records.filter((record) => !again.has(keyOf(record))), ...now.records],
    entries: earlier.entries + now.entries,
    findings: [...earlier.findings, ...now.findings],
  };
}

/** The point that a record was cut for. */
export function pointOf({
  environment,
  step,
  phase,
}: Pick<CutRecord, 'environment' | 'step' | 'phase'>): string {
  return `${environment}/${step}/${phase}`;
}

/** What a run that was killed came to, against the one of its environment that was not. */
export function recordOf(run: KillRun, whole: KillRun | undefined): CutRecord {
  const { cut = { step: 0, phase: 'before' as const }, at = '', downMs = 0, end, workflow } = run;
  const { doubled, missing } = differences(whole?.effects ?? [], run.effects);
  const { service, place } = run.target;
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
    ...{ environment: place.name, ...cut, at, downMs, end, workflow },
    ...{ doubled: doubled.length, missing: missing.length, otherDecisions: !decided || !answered },
    wrong: wrong.map((text) => `${place.name} ${service}, cut ${textOf(cut)} (${at}): ${text}`),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim(),
    date: new Date().toISOString(),
  };
}

const same = (one: readonly string[], other: readonly string[] = []): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
