import { type Io, table } from '../io.ts';
import type { ArmFigures } from './arm-figures.ts';
import type { Figure } from './figure.ts';
import type { Study } from './study.ts';

type Name = Exclude<keyof ArmFigures, 'caughtByKind'>;
/** What stands in the table, in which words; a share in per cent, the others in minutes or plain. */
export const ROWS: readonly (readonly [Name, string, 'share' | 'minutes' | 'plain'])[] = [
  ['succeeded', 'good and took all of the traffic', 'share'],
  ['rolledBack', 'went back before all of the traffic', 'share'],
  ['failed', 'bad and took all of the traffic', 'share'],
  ['withheld', 'blocked, or lapsed before any traffic', 'share'],
  ['caught', 'of the bad with traffic: caught in time', 'share'],
  ['badWithheld', 'of the bad: withheld', 'share'],
  ['goodWithheld', 'of the good: withheld', 'share'],
  ['falseRollbacks', 'of the good with traffic: rolled back', 'share'],
  ['detectionMinutes', 'minutes until a bad canary is found (median)', 'minutes'],
  ['metMinutes', 'minutes that a bad change was met, at all traffic (mean)', 'minutes'],
  ['cycleMinutes', 'minutes from request to all traffic (median)', 'minutes'],
  ['asked', 'a person was asked', 'share'],
  ['scoreTells', 'chance that a bad change scores above a good one', 'plain'],
];

/** The study as a table: a line for each figure, a column for each arm, each figure with its 95 % interval. */
export function printStudy({ settings, bad, drawn, arms }: Study, io: Io): void {
  const { deployments, services, seed, environment, step } = settings;
  io.out(
    `${deployments} changes of ${services} services, seed ${seed}, ${environment}, a look every ${step} min; simulated, not measured\n`,
  );
  const rows = ROWS.map(([name, text, unit]) => [
    text,
    ...arms.map(({ figures }) => cellOf(figures[name], unit)),
  ]);
  io.out(table([['', ...arms.map(({ name }) => name)], ...rows]));
  const kinds = Object.entries(drawn.kinds).map(([kind, share]) => `${kind} ${percent(share)}`);
  io.out(`\n${bad.all} changes were bad in truth. Drawn from the seed, by kind: ${kinds.join(', ')}`);
  for (const { name, figures } of arms.slice(0, 1)) {
    const caught = Object.entries(figures.caughtByKind).map(
      ([kind, figure]) => `${kind} ${cellOf(figure, 'share')} of ${figure.of}`,
    );
    io.out(`caught in time (${name}): ${caught.join('; ')}`);
  }
  io.out('assumptions: holdfast simulate --json, field "assumptions"; what they can support: docs/study.md');
}

/** "97.1 % (96.2 to 97.8)". */
function cellOf({ value, low, high }: Figure, unit: (typeof ROWS)[number][2]): string {
  if (value === null || low === null || high === null) return 'none';
  if (unit === 'share') return `${percent(value)} (${tenth(low * 100)} to ${tenth(high * 100)})`;
  const digits = unit === 'plain' ? 100 : 10;
  const text = (number: number) => String(Math.round(number * digits) / digits);
  return `${text(value)} (${text(low)} to ${text(high)})`;
}

const tenth = (value: number): string => value.toFixed(1);
const percent = (share: number): string => `${tenth(share * 100)} %`;
