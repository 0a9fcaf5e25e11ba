import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ASSUMPTIONS, FAULT_KINDS, type FaultKind } from '../cli/study/assumptions.ts';
import { shareOf } from '../cli/study/figure.ts';
import { ROWS } from '../cli/study/print.ts';
import { ARMS, type ArmName, type Study } from '../cli/study/study.ts';
import { RESULTS, ROOT } from './result.ts';
import type { Name, OverWorlds } from './simulate-study.ts';
import { AFTER, BEFORE, CLAIMS } from './simulate-words.ts';

type Stored = {
  readonly date: string;
  readonly commit: string;
  readonly details: { readonly over: readonly OverWorlds[]; readonly studies: readonly Study[] };
};

/** Writes docs/study.md from bench/results/study.json. */
export function writeStudy(): void {
  const file = join(RESULTS, 'study.json');
  if (!existsSync(file)) return;
  const stored: Stored = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(join(ROOT, 'docs', 'study.md'), `${pageOf(stored).join('\n')}\n`);
}

function pageOf({ date, commit, details: { over, studies } }: Stored): readonly string[] {
  const [first] = studies;
  const { deployments = 0, services = 0 } = first?.settings ?? {};
  const figure = (arm: ArmName, name: Name) => over.find((each) => each.arm === arm && each.name === name);
  const say = (arm: ArmName, name: Name) => cellOf(figure(arm, name));
  return [
    ...BEFORE,
    '',
    `${studies.length} worlds (seeds ${studies.map(({ settings }) => settings.seed).join(', ')}), ${deployments} changes of ${services} services each, production, a look every minute. ${date.slice(0, 16)}Z, commit ${commit.slice(0, 7)}. Again: \`npm run bench study\`; one world: \`holdfast simulate -n ${deployments} --seed 1\`.`,
    '',
    '## The seed study beside ours',
    '',
    '| claim of the seed study | its figure | ours: governed | ours: ungoverned | what the simulation can support of it |',
    '|---|---|---|---|---|',
    ...CLAIMS.map(({ claim, theirs, ours, support }) =>
      line([
        claim,
        theirs,
        ...ARMS.slice(0, 2).map((arm) => ours.map((name) => say(arm, name)).join('; ')),
        support,
      ]),
    ),
    '',
    '## All arms',
    '',
    'A share is pooled over the worlds, with the interval of Wilson; the rest is the median of the worlds. In brackets: the',
    'least and the greatest of the worlds, which differ far more than chance within one.',
    '',
    line(['', ...ARMS]),
    line(['---', ...ARMS.map(() => '---:')]),
    ...ROWS.map(([name, words]) => line([words, ...ARMS.map((arm) => say(arm, name))])),
    '',
    '### Caught in time, by the kind of fault (governed)',
    '',
    line(['fault', 'share of the bad changes with traffic', 'caught before all of the traffic']),
    line(['---', '---:', '---:']),
    ...kindLines(studies),
    '',
    ...AFTER,
    '',
    '## Assumptions',
    '',
    'As in `cli/study/assumptions.ts`, printed by `holdfast simulate --json` with what the seed drew:',
    '',
    '```json',
    JSON.stringify(ASSUMPTIONS, null, 2),
    '```',
  ];
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function kindLines(studies: readonly Study[]): readonly string[] {
  const governed = studies.flatMap(({ arms }) => arms.filter(({ name }) => name === 'governed'));
  const of = (kind: FaultKind) =>
    governed.reduce((sum, { figures }) => sum + figures.caughtByKind[kind].of, 0);
  const all = FAULT_KINDS.reduce((sum, kind) => sum + of(kind), 0);
  return FAULT_KINDS.map((kind) => {
    const caught = governed.reduce((sum, { figures }) => {
      const { value, of: count } = figures.caughtByKind[kind];
      return sum + Math.round((value ?? 0) * count);
    }, 0);
    const { value, low, high } = shareOf(caught, of(kind));
    return line([kind, percent(of(kind) / all), `${percent(value ?? 0)} (${span(low, high, 100)})`]);
  });
}

function cellOf(figure: OverWorlds | undefined): string {
  if (figure === undefined || figure.value === null) return 'none';
  const { value, low, high, least, most, unit } = figure;
  const range = (scale: number) => `[${span(least, most, scale)}]`;
  if (unit === 'share') return `${percent(value)} (${span(low, high, 100)}) ${range(100)}`;
  if (unit === 'minutes') return `${short(value)} min ${range(1)}`;
  return `${Math.round(value * 100) / 100} [${[least, most].map((each) => Math.round((each ?? 0) * 100) / 100).join(' to ')}]`;
}

function span(from: number | null, to: number | null, scale: number): string {
  return from === null || to === null ? '' : `${short(from * scale)} to ${short(to * scale)}`;
}

const short = (value: number): string => String(Math.round(value * 10) / 10);
const percent = (share: number): string => `${short(share * 100)} %`;

if (import.meta.main) writeStudy();
