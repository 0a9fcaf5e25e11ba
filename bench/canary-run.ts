import type { Chance } from '../cli/study/chance.ts';
import { slowOf } from '../shared/rollouts/judge-contract.ts';
import { burstsBefore } from '../shared/rollouts/rules/bursts-before.ts';
import { judgeSettings } from '../shared/rollouts/rules/judge-settings.ts';
import type { Case } from './canary-case.ts';
import { seededChance } from './canary-chance.ts';
import { intervalsOf, judged } from './canary-policy.ts';
import { referenceMinute } from './canary-reference.ts';
import { argoStyle, flaggerStyle, kayentaStyle, type Rival, zTestEachMinute } from './canary-rivals.ts';
import { type Minute, simulator } from './canary-traffic.ts';

export const SEED = 20_261_121;
/** Its roots take 2 ms a run: so many runs show what it does. */
const KAYENTA_RUNS = 300;

/** Rollbacks of one rule: of so many runs, how many in each minute (index 0: the first). */
export type Tally = { runs: number; readonly minutes: number[] };
export type CaseResult = {
  readonly case: Case;
  readonly runs: number;
  readonly policy: Tally;
  readonly safe: Tally;
  /** What gave the rollbacks of the policy. */
  readonly by: Readonly<Record<string, number>>;
  readonly others: Readonly<Record<RuleName, Tally>>;
};

const RULES = {
  alone: 'e-process alone, alpha 0.01',
  z: 'z-test each minute',
  argo: 'Argo-style',
  flagger: 'Flagger-style',
  kayenta: 'Mann-Whitney, 4 looks',
} as const;
export type RuleName = keyof typeof RULES;
export { RULES };

type How = {
  /** At most so many. */
  readonly runs?: number | undefined;
  /** Called after each run. */
  readonly tick?: () => void;
  /** Is shown the stream of each run. */
  readonly see?: (minutes: readonly Minute[]) => void;
  /** Leaves out the rules that are not ours: their tallies stay empty. */
  readonly alone?: boolean;
};

/** Simulates a case and puts every rule on the same streams. Run r is seeded by the case's group, its name and r alone. */
export function runCase(found: Case, { runs = found.runs, tick, see, alone = false }: How = {}): CaseResult {
  const draw = simulator(found.traffic);
  const tally = (): Tally => ({ runs: 0, minutes: found.traffic.weights.map(() => 0) });
  const [policy, safe] = [tally(), tally()];
  const others = { alone: tally(), z: tally(), argo: tally(), flagger: tally(), kayenta: tally() };
  const by: Record<string, number> = {};
  const count = Math.min(runs, found.runs);
  const name = seededChance(...Buffer.from(`${found.group} ${found.name}`))() * 2 ** 32;
  const settingsOf = freezing(found);
  for (let run = 0; run < count; run += 1) {
    const chance = seededChance(SEED, name, run);
    const settings = settingsOf(chance);
    const minutes = draw(chance);
    const verdict = judged(minutes, settings, found.thresholds);
    note(policy, verdict.rollback);
    note(safe, verdict.safe);
    if (verdict.by !== undefined) by[verdict.by] = (by[verdict.by] ?? 0) + 1;
    if (!alone) noteOthers(others, found, run, minutes);
    see?.(minutes);
    tick?.();
  }
  return { case: found, runs: count, policy, safe, by, others };
}

/** Minutes of a window of the look-back of production. */
const WINDOW_MINUTES = 3;

/** The settings, with what the time before the release shows of bursts frozen in them where the case has such a time. */
function freezing(found: Case): (chance: Chance) => Case['settings'] {
  const { traffic, settings, thresholds, windowsBefore } = found;
  if (windowsBefore === undefined) return () => settings;
  // so many times the traffic in a minute is what so many minutes have
  const perMinute = traffic.perMinute * WINDOW_MINUTES;
  const draw = simulator({ ...traffic, perMinute, weights: new Array<number>(windowsBefore).fill(0) });
  const asked = { judged: settings.latency.thresholds, counted: slowOf(settings) };
  return (chance) => {
    const { fano, spread } = burstsBefore(intervalsOf(draw(chance), thresholds), asked);
    return judgeSettings({ ...settings, fano, ...(spread !== undefined && { spread }) });
  };
}

const RIVALS: readonly (readonly [RuleName, Rival])[] = [
  ['z', zTestEachMinute],
  ['argo', argoStyle],
  ['flagger', flaggerStyle],
];

function noteOthers(
  others: Record<RuleName, Tally>,
  found: Case,
  run: number,
  minutes: readonly Minute[],
): void {
  note(others.alone, referenceMinute(minutes, found.reference));
  for (const [name, rival] of RIVALS) note(others[name], rival(minutes));
  if (run < KAYENTA_RUNS) note(others.kayenta, kayentaStyle(minutes));
}

function note(tally: Tally, minute: number | undefined): void {
  tally.runs += 1;
  if (minute !== undefined) tally.minutes[minute - 1] = (tally.minutes[minute - 1] ?? 0) + 1;
}

export function hits({ minutes }: Tally): number {
  return minutes.reduce((sum, count) => sum + count, 0);
}

export function share(tally: Tally): number {
  return hits(tally) / tally.runs;
}

/** The minute by which half of the rollbacks had come; undefined without any. */
export function medianMinute(tally: Tally): number | undefined {
  const half = hits(tally) / 2;
  let seen = 0;
  for (const [index, count] of tally.minutes.entries()) {
    seen += count;
    if (count > 0 && seen >= half) return index + 1;
  }
  return undefined;
}
