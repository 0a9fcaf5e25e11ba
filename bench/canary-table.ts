import { GROUPS } from './canary-case.ts';
import { lowerBound, upperBound } from './canary-intervals.ts';
import {
  type CaseResult,
  hits,
  medianMinute,
  RULES,
  type RuleName,
  share,
  type Tally,
} from './canary-run.ts';
import type { Row, Table } from './result.ts';

/** Each bound holds with 99 %. */
const ERROR = 0.01;
/** How far below the handbook's table the power may be: three points. */
const SLACK = 0.03;

const places = (value: number, digits = 4): number => Number(value.toFixed(digits));

/** The promise and the power, each with its target. */
export function targetRows(results: readonly CaseResult[]): readonly Row[] {
  // A bound on fewer runs than planned says more about their number than about the rule.
  const whole = results.filter((result) => result.runs === result.case.runs);
  return [...whole.flatMap(promiseRows), ...results.flatMap(powerRows)];
}

function promiseRows({
  case: { name, group, truth, warning, settings },
  policy,
  safe,
}: CaseResult): readonly Row[] {
  const label = `${SHORT[group]}: ${name}`;
  if (truth === 'healthy' && warning !== true)
    return [atMost(`${label}: rolled back, at most (99 %)`, policy, settings.alpha)];
  if (truth === 'bad' && group === 'errors' && hits(safe) > 0)
    return [atMost(`${label}: certified SAFE, at most (99 %)`, safe, settings.beta)];
  return [];
}

function atMost(measure: string, tally: Tally, limit: number): Row {
  const value = places(upperBound(hits(tally), tally.runs, ERROR));
  return { measure, value, unit: '', target: `<= ${limit}`, met: value <= limit };
}

function powerRows({ case: { name, group, truth, table }, policy, safe }: CaseResult): readonly Row[] {
  const label = `${SHORT[group]}: ${name}`;
  if (table === undefined) return [];
  if (truth !== 'healthy') return [atLeast(`${label}: rolled back`, share(policy), table.rollback)];
  return table.safe === undefined ? [] : [atLeast(`${label}: certified SAFE`, share(safe), table.safe)];
}

function atLeast(measure: string, found: number, published: number): Row {
  const [value, floor] = [places(found), places(published - SLACK)];
  return { measure, value, unit: '', target: `>= ${floor}`, met: value >= floor };
}

const SHORT: Readonly<Record<keyof typeof GROUPS, string>> = {
  errors: 'failures',
  both: 'failures and latency',
  ladder: 'ladder',
  stress: 'stress',
  bursts: 'bursts',
  slow: 'slow bursts',
};

/** All numbers of a group of cases, the other rules on the same streams beside them. */
export function groupTables(results: readonly CaseResult[]): readonly Table[] {
  const names = Object.keys(RULES) as RuleName[];
  return Object.entries(GROUPS).map(([group, title]) => ({
    title,
    head: [
      'case',
      'runs',
      'Holdfast rolls back (median minute)',
      'at 99 %',
      'SAFE',
      "handbook's table",
      ...Object.values(RULES),
    ],
    lines: results
      .filter((result) => result.case.group === group)
      .map(({ case: { name, table }, runs, policy, safe, others }) => [
        name,
        runs.toLocaleString('en'),
        withMinute(policy),
        `${places(lowerBound(hits(policy), runs, ERROR))} to ${places(upperBound(hits(policy), runs, ERROR))}`,
        String(places(share(safe), 3)),
        table === undefined
          ? ''
          : [table.rollback, ...(table.safe === undefined ? [] : [`SAFE ${table.safe}`])].join(', '),
        ...names.map((rule) => withMinute(others[rule])),
      ]),
  }));
}

function withMinute(tally: Tally): string {
  const minute = medianMinute(tally);
  return `${places(share(tally))}${minute === undefined ? '' : ` (${minute})`}`;
}
