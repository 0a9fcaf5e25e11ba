import {
  type CutRecord,
  earlierSweeps,
  recordOf,
  type Sweeps,
  together,
  uncutFirst,
} from './kills-record.ts';
import type { KillRun } from './kills-run.ts';
import { cutsOf } from './kills-steps.ts';
import { type Planned, RUNS_PER_WORLD, runsInOneWorld, type WorldReport } from './kills-world.ts';
import type { Bench, Measured, Row, Say, Sweep } from './result.ts';
import { median } from './statistics.ts';

const SPEED = 10;
/** A run mostly waits; each world has ports, a folder and processes of its own. */
const WORLDS_AT_ONCE = 3;
const PLACES = ['staging', 'production'] as const;

export const killsBench: Bench = {
  name: 'kills',
  summary:
    'One rollback after the other on the local cloud, in staging and in production with an approval. The process of the cloud sends itself SIGKILL before or after a step that the workflow stores, is started again over the same folder, and the run goes on; the forge, the deployer and the people stay. Each run is compared with one that nobody cut.',
  run: measure,
};

async function measure(say: Say, sweep: Sweep = {}): Promise<Measured> {
  const startedAt = performance.now();
  const uncut = await runsInOneWorld(
    [...PLACES, ...PLACES].map((environment) => ({ environment })),
    SPEED,
    say,
  );
  const whole = PLACES.map((environment) => shortest(uncut.runs, environment));
  const earlier = earlierSweeps(whole);
  const plan = uncutFirst(planOf(whole, sweep), earlier);
  say(
    `  ${plan.length} cuts of ${pointsOf(whole).length}; ${earlier.records.length} were cut in earlier sweeps`,
  );
  const ends = startedAt + (sweep.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
  const reports: WorldReport[] = [uncut];
  const worlds = Array.from({ length: Math.ceil(plan.length / RUNS_PER_WORLD) }, (_, at) =>
    plan.slice(at * RUNS_PER_WORLD, (at + 1) * RUNS_PER_WORLD),
  );
  const lane = async (): Promise<void> => {
    for (let world = worlds.shift(); world !== undefined; world = worlds.shift())
      if (performance.now() < ends) reports.push(await runsInOneWorld(world, SPEED, say, ends));
  };
  await Promise.all(Array.from({ length: WORLDS_AT_ONCE }, lane));
  return measuredOf(whole, earlier, reports);
}

/** A wait that was woken too early is waited again: the run with the fewest such steps is the one to compare with. */
function shortest(runs: readonly KillRun[], environment: string): KillRun {
  const [first] = runs
    .filter(({ target, end }) => target.environment === environment && end === 'RollbackComplete')
    .toSorted((one, other) => one.steps.length - other.steps.length);
  if (first === undefined) throw new Error(`no run in ${environment} came to its end uncut`);
  return first;
}

const pointsOf = (whole: readonly KillRun[]): readonly Planned[] =>
  whole.flatMap(({ target: { environment }, steps }) =>
    cutsOf(steps.length - 1).map((cut) => ({ environment, cut })),
  );

/** The cuts from the `from`-th to the `to`-th, every `every`-th of them; those far apart first, so that a part is spread. */
function planOf(whole: readonly KillRun[], { from = 1, to, every = 1 }: Sweep): readonly Planned[] {
  const chosen = pointsOf(whole)
    .slice(from - 1, to)
    .filter((_, index) => index % every === 0);
  const STRIDE = 16;
  return Array.from({ length: STRIDE }, (_, offset) =>
    chosen.filter((_point, index) => index % STRIDE === (offset * 7) % STRIDE),
  ).flat();
}

function sweepOf(whole: readonly KillRun[], reports: readonly WorldReport[]): Sweeps {
  const cuts = reports.flatMap(({ runs }) => runs).filter(({ killed }) => killed);
  const wholeOf = (run: KillRun) => whole.find(({ target }) => target.environment === run.target.environment);
  return {
    records: cuts.map((run) => recordOf(run, wholeOf(run))),
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
  return {
    rows: [
      ...PLACES.flatMap((environment) => rowsOf(environment, whole, records)),
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
      { measure: 'from the death to ready again, p50', value: median(down), unit: 'ms' },
    ],
    samples: { downMs: down },
    details: {
      ...sweeps,
      whole: whole.map(({ target, steps, events, approvals, effects }) => ({
        environment: target.environment,
        steps,
        events,
        approvals,
        effects,
      })),
    },
    notes: [
      ...whole.map((run) => `${run.target.environment}: cuts by state: ${byState(run, records)}.`),
      `Effects of a run: ${whole[1]?.effects.join('; ')}.`,
      `Armed in the last sweep and not counted, because the run took fewer steps than the one that was not cut, or another workflow was running: ${missed.length}.`,
      `Sweeps add up while the stored steps of the flow stay the same; cuts by commit: ${byCommit(records)}.`,
      ...records.flatMap(({ wrong }) => wrong),
      ...findings,
    ],
  };
}

function rowsOf(
  environment: string,
  whole: readonly KillRun[],
  records: readonly CutRecord[],
): readonly Row[] {
  const steps = whole.find(({ target }) => target.environment === environment)?.steps.length ?? 0;
  const here = records.filter((record) => record.environment === environment);
  const complete = here.filter(({ end }) => end === 'RollbackComplete').length;
  return [
    { measure: `${environment}: points, before and after ${steps} stored steps`, value: 2 * steps, unit: '' },
    {
      ...{ measure: `${environment}: points cut there by SIGKILL`, value: here.length, unit: '' },
      ...{ target: String(2 * steps), met: here.length === 2 * steps },
    },
    {
      ...{ measure: `${environment}: of them ended as RollbackComplete`, value: complete, unit: '' },
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
    .filter(({ environment }) => environment === whole.target.environment)
    .map((record) => record.at);
  const count = (state: string, steps: readonly string[]) =>
    steps.filter((step) => stateOf(step) === state).length;
  return [...new Set(whole.steps.map(stateOf))]
    .map((state) => `${state} ${count(state, at)} of ${2 * count(state, whole.steps)}`)
    .join(', ');
}

function byCommit(records: readonly CutRecord[]): string {
  const commits = [...new Set(records.map(({ commit }) => commit))];
  return commits
    .map((commit) => `${commit} ${records.filter((record) => record.commit === commit).length}`)
    .join(', ');
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
