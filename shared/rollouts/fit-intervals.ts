import { canonicalJson, Fault } from '../kernel/index.ts';
import { condenseIntervals, type Layout } from './condense-intervals.ts';
import type { Interval } from './judge-contract.ts';
import type { Condemnation, JudgeOutcome, Uncondemned } from './rules/judge-rollout.ts';

/** Of the inputs; a decision may have 64 KB, and outcome and reasons need the rest. */
export const MAX_INPUT_BYTES = 49_152;

type Found = Condemnation | Uncondemned;

/** What a decision over intervals is taken by. */
export type Look<Inputs, Outcome> = {
  /** Its inputs with these intervals. `found`: what the judge has found over all of them, where these cannot show it. */
  readonly inputs: (intervals: readonly Interval[], found?: Found) => Inputs;
  readonly decide: (inputs: Inputs) => Outcome;
  /** What the judge says in it; undefined where it was not asked. */
  readonly judged: (outcome: Outcome) => Judged | undefined;
  /** Where it leads: two that lead to the same have the same. */
  readonly leads: (outcome: Outcome) => string;
};
type Judged = Pick<JudgeOutcome, 'verdict' | 'by' | 'firstAt' | 'safeAt'>;

type Measured = { readonly intervals: readonly Interval[]; readonly layout: Layout };

/** Least blocks, in intervals of the plan: as they usually are, then ever larger, in the end one for all of a split. */
const LEAST = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 4096] as const;

/**
 * The inputs that a decision records: with the intervals as finely as they fit, and the same verdict, on the same ground and
 * leading to the same, as with all of them as they were measured (`whole`). Merging intervals of one split leaves E what it
 * is at the ends of the blocks; the interval that condemned and the one that was safe stay alone, so that it is found there.
 * Where merging changes what E says (a factor of bursts that is read from the same intervals, shares that differ) the
 * shortest part that condemns is tried in finer blocks, then blocks that condemn at another interval, and in the end the
 * verdict itself is an input: one to roll back is always recorded. Throws Fault('TooLarge') where anything else cannot be.
 */
export function fitIntervals<Inputs, Outcome>(
  measured: Measured,
  look: Look<Inputs, Outcome>,
  whole: Outcome,
): Inputs {
  const judged = look.judged(whole);
  const marks = [judged?.firstAt, judged?.safeAt].filter((at) => at !== undefined);
  const layout = { ...measured.layout, marks };
  const fitting = (intervals: readonly Interval[], found?: Found) =>
    smallOnes(look, { intervals, layout }, found);
  const says = (inputs: Inputs) => saysTheSame(look, look.decide(inputs), whole);
  const saysWhen = (inputs: Inputs) => {
    const decided = look.decide(inputs);
    return saysTheSame(look, decided, whole) && look.judged(decided)?.firstAt === judged?.firstAt;
  };
  const condemned = condemnationOf(judged);
  const until = measured.intervals.filter(
    ({ at }) => condemned === undefined || Date.parse(at) <= Date.parse(condemned.at),
  );
  const fits =
    firstOf(fitting(measured.intervals), saysWhen) ??
    firstOf(fitting(until), saysWhen) ??
    firstOf(fitting(measured.intervals), says);
  if (fits !== undefined) return fits;
  if (condemned !== undefined)
    return firstOf(fitting(measured.intervals, condemned), () => true) ?? look.inputs([], condemned);
  const told = firstOf(fitting(measured.intervals, { by: null, safeAt: judged?.safeAt ?? null }), says);
  if (told !== undefined) return told;
  throw new Fault('TooLarge', 'the intervals cannot be added up so that they fit and say what they said');
}

/** Inputs that fit, the finest first; worked out as they are asked for. */
function* smallOnes<Inputs>(
  { inputs }: Pick<Look<Inputs, unknown>, 'inputs'>,
  { intervals, layout }: Measured,
  found: Found | undefined,
): Generator<Inputs> {
  for (const least of LEAST) {
    const made = inputs(condenseIntervals(intervals, layout, least), found);
    if (isSmall(made)) yield made;
  }
}

function firstOf<T>(all: Iterable<T>, wanted: (each: T) => boolean): T | undefined {
  for (const each of all) if (wanted(each)) return each;
  return undefined;
}

function isSmall(inputs: unknown): boolean {
  return Buffer.byteLength(canonicalJson(inputs)) <= MAX_INPUT_BYTES;
}

function saysTheSame<Inputs, Outcome>(look: Look<Inputs, Outcome>, one: Outcome, other: Outcome): boolean {
  const [a, b] = [look.judged(one), look.judged(other)];
  return a?.verdict === b?.verdict && a?.by === b?.by && look.leads(one) === look.leads(other);
}

function condemnationOf(judged: Judged | undefined): Condemnation | undefined {
  return judged?.by === undefined || judged.firstAt === undefined
    ? undefined
    : { by: judged.by, at: judged.firstAt };
}
