import { type KillPlace, PLACES } from './kills-places.ts';
import { cutSteps, planOf, pointsOf } from './kills-points.ts';
import {
  type CutRecord,
  cutAsMeant,
  earlierSweeps,
  keptSweeps,
  pointOf,
  recordOf,
  type Sweeps,
  together,
  uncutFirst,
} from './kills-record.ts';
import type { KillRun } from './kills-run.ts';
import { uncutRuns } from './kills-whole.ts';
import { RUNS_PER_WORLD, runsInOneWorld, type WorldReport } from './kills-world.ts';
import type { Bench, Measured, Row, Say, Sweep } from './result.ts';
import { median } from './statistics.ts';

const SPEED = 10;
/** A run mostly waits; each world has ports, a folder and processes of its own. */
const WORLDS_AT_ONCE = 3;

export const killsBench: Bench = {
  name: 'kills',
  summary:
    'One rollback after the other on the local cloud, in staging, in production with an approval, and there once more where the merge awaits a signed checkpoint. The process of the cloud sends itself SIGKILL before or after a step that the workflow stores, is started again over the same folder, and the run goes on; the forge, the deployer and the people stay. Each run is compared with one that nobody cut.',
  run: measure,
};

async function measure(say: Say, sweep: Sweep = {}): Promise<Measured> {
  const startedAt = performance.now();
  const kept = keptSweeps();
  const uncut = await uncutRuns(kept, SPEED, say);
  const { whole } = uncut;
  const earlier = earlierSweeps(kept, whole);
  const plan = uncutFirst(planOf(whole, sweep), cutAsMeant(earlier.records, whole));
  say(
    `  ${plan.length} cuts of ${pointsOf(whole).length}; ${earlier.records.length} were cut in earlier sweeps`,
  );
  const ends = startedAt + (sweep.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
  const reports: WorldReport[] = [...uncut.reports];
  const worlds = Array.from({ length: Math.ceil(plan.length / RUNS_PER_WORLD) }, (_, at) =>
    plan.slice(at * RUNS_PER_WORLD, (at + 1) * RUNS_PER_WORLD),
  );
  const lane = async (): Promise<void> => {
    for (let world = worlds.shift(); world !== undefined; world = worlds.shift()) {
      if (performance.now() >= ends) return;
      // its points stay uncut, and what the other worlds found is kept
      const report = await runsInOneWorld(world, SPEED, say, ends).catch((error: unknown) =>
        fallen(error, say),
      );
      reports.push(report);
    }
  };
  await Promise.all(Array.from({ length: WORLDS_AT_ONCE }, lane));
  return measuredOf(whole, earlier, reports);
}

function fallen(error: unknown, say: Say): WorldReport {
  say(`  a world could not be followed to its end: ${String(error)}`);
  return { runs: [], entries: 0, findings: [], fell: String(error) };
}

function sweepOf(whole: readonly KillRun[], reports: readonly WorldReport[]): Sweeps {
  const cuts = reports.flatMap(({ runs }) => runs).filter(({ killed }) => killed);
  const uncut = ({ target: { place } }: KillRun) =>
    whole.find(({ target }) => target.place.name === place.name);
  return {
    records: cuts.map((run) => recordOf(run, uncut(run))),
    entries: sum(reports.map(({ entries }) => entries)),
    findings: reports.flatMap((report) => report.findings),
  };
}

function measuredOf(whole: readonly KillRun[], earlier: Sweeps, reports: readonly WorldReport[]): Measured {
  const sweeps = together(earlier, sweepOf(whole, reports));
  const { records, entries, findings } = sweeps;
  const missed = reports
    .flatMap(({ runs }) => runs)
    .filter(({ cut, killed }) => cut !== undefined && !killed);
  const down = records.map(({ downMs }) => downMs);
  const fell = reports.flatMap((report) => report.fell ?? []);
  return {
    rows: [
      ...PLACES.flatMap((place) => rowsOf(place, whole, records)),
      none('effects at the forge or in the chat, doubled', records, ({ doubled }) => doubled),
      none('effects that were never done', records, (record) => record.missing),
      none('runs with other decisions than the run that was not cut', records, ({ otherDecisions }) =>
        Number(otherDecisions),
      ),
      none('runs whose workflow did not succeed', records, ({ workflow }) =>
        Number(workflow !== 'SUCCEEDED'),
      ),
      { measure: 'decisions sealed and replayed', value: entries, unit: '' },
      {
        measure: 'findings in the ledgers',
        value: findings.length,
        unit: '',
        target: '0',
        met: findings.length === 0,
      },
      { measure: 'worlds of the last sweep that could not be followed', value: fell.length, unit: '' },
      { measure: 'from the death to ready again, p50', value: median(down), unit: 'ms' },
    ],
    samples: { downMs: down },
    details: {
      ...sweeps,
      whole: whole.map(({ target, steps, events, approvals, effects }) => ({
        environment: target.place.name,
        steps,
        events,
        approvals,
        effects,
      })),
    },
    notes: [
      ...whole.map((run) => `${run.target.place.name}: cuts by state: ${byState(run, records)}.`),
      `Effects of a run: ${whole[1]?.effects.join('; ')}.`,
      `Armed in the last sweep and not counted, because the run took fewer steps than the one that was not cut, or another workflow was running: ${missed.length}.`,
      `Sweeps add up while the stored steps of a place stay the same; cuts by commit: ${byCommit(records)}.`,
      ...records.flatMap(({ wrong }) => wrong),
      ...findings,
      ...fell,
    ],
  };
}

function rowsOf(place: KillPlace, whole: readonly KillRun[], records: readonly CutRecord[]): readonly Row[] {
  const { name } = place;
  const stored = whole.find(({ target }) => target.place.name === name)?.steps ?? [];
  const [first, last] = cutSteps(place, stored);
  const steps = last - first + 1;
  const here = records.filter((record) => record.environment === name);
  const cut = new Set(here.map(pointOf)).size;
  const meant = cutAsMeant(here, whole).length;
  const complete = here.filter(({ end }) => end === 'RollbackComplete').length;
  return [
    {
      measure: `${name}: points, before and after ${steps}${steps < stored.length ? ` of ${stored.length}` : ''} stored steps`,
      value: 2 * steps,
      unit: '',
    },
    {
      ...{ measure: `${name}: points cut there by SIGKILL`, value: cut, unit: '' },
      ...{ target: String(2 * steps), met: cut === 2 * steps },
    },
    { measure: `${name}: of them at the step that was meant`, value: meant, unit: '' },
    {
      ...{ measure: `${name}: runs cut that ended as RollbackComplete`, value: complete, unit: '' },
      ...{ target: String(here.length), met: complete === here.length },
    },
  ];
}

function none(measure: string, records: readonly CutRecord[], count: (record: CutRecord) => number): Row {
  const value = sum(records.map(count));
  return { measure, value, unit: '', target: '0', met: value === 0 };
}

/** Each state with how many of its points were cut. */
function byState(whole: KillRun, records: readonly CutRecord[]): string {
  const stateOf = (step: string): string => step.split(':')[0] ?? step;
  const at = records
    .filter(({ environment }) => environment === whole.target.place.name)
    .map((record) => record.at);
  const count = (state: string, steps: readonly string[]) =>
    steps.filter((step) => stateOf(step) === state).length;
  const [first, last] = cutSteps(whole.target.place, whole.steps);
  const cut = whole.steps.slice(first, last + 1);
  return [...new Set(cut.map(stateOf))]
    .map((state) => `${state} ${count(state, at)} of ${2 * count(state, cut)}`)
    .join(', ');
}

function byCommit(records: readonly CutRecord[]): string {
  const commits = [...new Set(records.map(({ commit }) => commit))];
  return commits
    .map((commit) => `${commit} ${records.filter((record) => record.commit === commit).length}`)
    .join(', ');
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
