import { readSet } from '../cli/policy-document.ts';
import type { ArmFigures } from '../cli/study/arm-figures.ts';
import { type Figure, shareOf } from '../cli/study/figure.ts';
import { ROWS } from '../cli/study/print.ts';
import { ARMS, type ArmName, runStudy, type Study } from '../cli/study/study.ts';
import type { Bench, Measured, Say } from './result.ts';
import { median } from './statistics.ts';

/** Worlds: each draws anew how often changes are bad, why and how. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
const CHANGES = 1000;
const SERVICES = 20;

export type Name = (typeof ROWS)[number][0];
/** One figure of one arm over all worlds. */
export type OverWorlds = {
  readonly arm: ArmName;
  readonly name: Name;
  readonly unit: (typeof ROWS)[number][2];
  /** Of all worlds: the share pooled over them, with its interval; of all else the median of the worlds. */
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** The least and the greatest of the worlds. */
  readonly least: number | null;
  readonly most: number | null;
};

export const studyBench: Bench = {
  name: 'study',
  summary: `The study: ${CHANGES} changes in each of ${SEEDS.length} simulated worlds, with and without each pillar. Simulated, not measured; docs/study.md says what it can support.`,
  run: async (say) => measure(say, await readSet(undefined)),
};

function measure(say: Say, policies: Awaited<ReturnType<typeof readSet>>): Measured {
  const studies = SEEDS.map((seed) => {
    say(`  world ${seed} of ${SEEDS.length}`);
    const settings = { deployments: CHANGES, services: SERVICES, seed, environment: 'production' };
    return runStudy({ ...settings, policies, retrieval: true, step: 1, arms: ARMS });
  });
  const over = ARMS.flatMap((arm) => ROWS.map((row) => overWorlds(studies, arm, row)));
  return {
    rows: over
      .filter(({ arm }) => arm === 'governed')
      .map(({ name, unit, value }) => ({
        measure: wordsOf(name),
        value: shown(value, unit),
        unit: unitOf(unit),
      })),
    samples: {},
    details: { over, studies },
    notes: ['The governed arm; all arms, the intervals and the range over the worlds: docs/study.md.'],
  };
}

function overWorlds(
  studies: readonly Study[],
  arm: ArmName,
  [name, , unit]: (typeof ROWS)[number],
): OverWorlds {
  const figures = studies.flatMap(({ arms }) =>
    arms
      .filter((each) => each.name === arm)
      .map((each): Figure => each.figures[name satisfies keyof ArmFigures]),
  );
  const values = figures.flatMap(({ value }) => (value === null ? [] : [value]));
  const range = {
    least: values.length === 0 ? null : Math.min(...values),
    most: values.length === 0 ? null : Math.max(...values),
  };
  if (unit === 'share') {
    const of = figures.reduce((sum, each) => sum + each.of, 0);
    const part = figures.reduce((sum, each) => sum + Math.round((each.value ?? 0) * each.of), 0);
    const { value, low, high } = shareOf(part, of);
    return { arm, name, unit, value, low, high, ...range };
  }
  const value = values.length === 0 ? null : median(values);
  return { arm, name, unit, value, low: null, high: null, ...range };
}

const wordsOf = (name: Name): string => ROWS.find(([each]) => each === name)?.[1] ?? name;
const unitOf = (unit: OverWorlds['unit']): string => (unit === 'share' ? '%' : '');

function shown(value: number | null, unit: OverWorlds['unit']): number | string {
  if (value === null) return 'none';
  if (unit === 'plain') return Math.round(value * 100) / 100;
  return Math.round((unit === 'share' ? 100 : 1) * value * 10) / 10;
}
