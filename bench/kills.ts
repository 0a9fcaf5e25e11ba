import { differences } from './kills-effects.ts';
import type { KillRun } from './kills-run.ts';
import { cutsOf, textOf } from './kills-steps.ts';
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
  const plan = planOf(whole, sweep);
  say(`  ${plan.length} cuts of ${pointsOf(whole).length}`);
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
  return measuredOf(whole, reports);
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

/** What is wrong with a run that was cut, against the one of its environment that was not. */
function wrongWith(run: KillRun, whole: KillRun | undefined): readonly string[] {
  const { doubled, missing } = differences(whole?.effects ?? [], run.effects);
  const { service, environment } = run.target;
  const found = [
    ...(run.end === 'RollbackComplete' ? [] : [`ended as ${run.end}`]),
    ...(run.workflow === 'SUCCEEDED' ? [] : [`its workflow ${run.workflow}`]),
    ...(same(run.events, whole?.events) ? [] : [`decided ${run.events.join(', ')}`]),
    ...(same(run.approvals, whole?.approvals) ? [] : [`approvals ${run.approvals.join(', ')}`]),
    ...doubled.map((effect) => `once too often: ${effect}`),
    ...missing.map((effect) => `never: ${effect}`),
  ];
  const where = run.cut === undefined ? '' : `${textOf(run.cut)} (${run.at})`;
  return found.map((text) => `${environment} ${service}, cut ${where}: ${text}`);
}

const same = (one: readonly string[], other: readonly string[] = []): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function measuredOf(whole: readonly KillRun[], reports: readonly WorldReport[]): Measured {
  const cuts = reports.flatMap(({ runs }) => runs).filter(({ killed }) => killed);
  const missed = reports
    .flatMap(({ runs }) => runs)
    .filter(({ cut, killed }) => cut !== undefined && !killed);
  const wholeOf = (run: KillRun) => whole.find(({ target }) => target.environment === run.target.environment);
  const wrong = cuts.flatMap((run) => wrongWith(run, wholeOf(run)));
  const findings = reports.flatMap((report) => report.findings);
  const down = cuts.map(({ downMs = 0 }) => downMs);
  return {
    rows: [
      ...PLACES.flatMap((environment) => rowsOf(environment, whole, cuts)),
      none(
        'effects at the forge or in the chat, doubled',
        cuts,
        (run) => differences(wholeOf(run)?.effects ?? [], run.effects).doubled.length,
      ),
      none(
        'effects that were never done',
        cuts,
        (run) => differences(wholeOf(run)?.effects ?? [], run.effects).missing.length,
      ),
      none('runs with other decisions than the run that was not cut', cuts, (run) =>
        Number(!same(run.events, wholeOf(run)?.events) || !same(run.approvals, wholeOf(run)?.approvals)),
      ),
      none('runs whose workflow did not succeed', cuts, ({ workflow }) => Number(workflow !== 'SUCCEEDED')),
      {
        measure: 'decisions sealed and replayed',
        value: sum(reports.map(({ entries }) => entries)),
        unit: '',
      },
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
      cuts: cuts.map(({ target, cut, at, downMs, end }) => ({
        environment: target.environment,
        ...cut,
        at,
        downMs,
        end,
      })),
      whole: whole.map(({ target, steps, events, approvals, effects }) => ({
        environment: target.environment,
        steps,
        events,
        approvals,
        effects,
      })),
      ...{ wrong, findings },
    },
    notes: [
      ...whole.map((run) => `${run.target.environment}: cuts by state: ${byState(run, cuts)}.`),
      `Effects of a run: ${whole[1]?.effects.join('; ')}.`,
      `Armed and not counted, because the run took fewer steps than the one that was not cut, or another workflow was running: ${missed.length}.`,
      ...wrong,
      ...findings,
    ],
  };
}

function rowsOf(environment: string, whole: readonly KillRun[], cuts: readonly KillRun[]): readonly Row[] {
  const steps = whole.find(({ target }) => target.environment === environment)?.steps.length ?? 0;
  const here = cuts.filter(({ target }) => target.environment === environment);
  const complete = here.filter(({ end }) => end === 'RollbackComplete').length;
  return [
    { measure: `${environment}: points, before and after ${steps} stored steps`, value: 2 * steps, unit: '' },
    { measure: `${environment}: runs cut there by SIGKILL`, value: here.length, unit: '' },
    {
      ...{ measure: `${environment}: of them ended as RollbackComplete`, value: complete, unit: '' },
      ...{ target: String(here.length), met: complete === here.length },
    },
  ];
}

function none(measure: string, runs: readonly KillRun[], count: (run: KillRun) => number): Row {
  const value = sum(runs.map(count));
  return { measure, value, unit: '', target: '0', met: value === 0 };
}

/** Each state with how many of its points were cut. */
function byState(whole: KillRun, cuts: readonly KillRun[]): string {
  const stateOf = (step: string): string => step.split(':')[0] ?? step;
  const here = cuts.filter(({ target }) => target.environment === whole.target.environment);
  const count = (state: string, steps: readonly string[]) =>
    steps.filter((step) => stateOf(step) === state).length;
  const at = here.map((run) => run.at ?? '');
  return [...new Set(whole.steps.map(stateOf))]
    .map((state) => `${state} ${count(state, at)} of ${2 * count(state, whole.steps)}`)
    .join(', ');
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
