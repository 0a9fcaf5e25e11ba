import { isoTime, millis } from '../../kernel/index.ts';
import { freezesOf, policyInputs } from '../../policies/index.ts';
import type { DecideDeploymentInputs } from './decide-deployment.ts';
import { type OutcomeEdit, type Situation, weighing } from './situation.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
/** Whole hours that are tried, and those after the end of a freeze that lasts longer than that. */
const HOURS_AHEAD = 7 * 24;
const HOURS_AFTER = 48;
/** How far the end of a freeze is looked for. */
const FURTHEST = 366 * 24;
/** More than so many hours are said in days. */
const MOST_HOURS = 96;

type Moment = {
  readonly time: number;
  /** Calendars that freeze the place then. */
  readonly freezes: readonly string[];
  /** That moment is the one at which freezes begin or end. */
  readonly turns: boolean;
};

/**
 * The same, asked for later: at each whole hour of a week, and to the second where a freeze begins or ends, the last of
 * those that hold now at most a year ahead. The risk is weighed by the clock of then, calendars are read then, and an exception
 * may have expired by then; the past and the error budget stay what they were.
 */
export const LATER: OutcomeEdit = {
  fact: 'at',
  by: 'change',
  values: (situation) => {
    const now = millis(situation.decided.policies.at);
    const before = freezesAt(situation.decided, now);
    return momentsAfter(situation.decided, now, before).map((moment) => () => ({
      text: textOf(moment, now, before),
      situation: movedBy(situation, moment.time - now),
    }));
  },
};

function movedBy(situation: Situation, by: number): Situation {
  const { risk, decided } = situation;
  const at = isoTime(millis(decided.policies.at) + by);
  return weighing(situation, { ...risk, at: isoTime(millis(risk.at) + by) }, { at });
}

function freezesAt({ policies }: DecideDeploymentInputs, time: number): readonly string[] {
  const { set, facts, exceptions } = policies;
  const { clocks } = policyInputs({ set, facts, exceptions, at: isoTime(time) });
  return (freezesOf(set, facts, clocks) ?? []).map(({ calendar }) => calendar);
}

function momentsAfter(
  decided: DecideDeploymentInputs,
  now: number,
  before: readonly string[],
): readonly Moment[] {
  const moments: Moment[] = [];
  let [last, freezes] = [now, before];
  // From the first hour on at which none of what freezes it now still does.
  let ended = before.length === 0 ? 0 : Number.POSITIVE_INFINITY;
  for (let hour = 1; hour <= FURTHEST && hour <= Math.max(HOURS_AHEAD, ended + HOURS_AFTER); hour += 1) {
    const time = (Math.floor(now / HOUR_MS) + hour) * HOUR_MS;
    const then = freezesAt(decided, time);
    const turned = !same(then, freezes);
    if (turned) moments.push(turnBetween(decided, last, time));
    if (ended === Number.POSITIVE_INFINITY && !before.some((each) => then.includes(each))) ended = hour;
    const near = hour <= HOURS_AHEAD || hour >= ended;
    if (near && moments.at(-1)?.time !== time) moments.push({ time, freezes: then, turns: false });
    [last, freezes] = [time, then];
  }
  return moments;
}

/** The second at which freezes begin or end, somewhere after `from` and not after `to`. */
function turnBetween(decided: DecideDeploymentInputs, from: number, to: number): Moment {
  const before = freezesAt(decided, from);
  let low = Math.floor(from / SECOND_MS);
  let high = to / SECOND_MS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (same(freezesAt(decided, middle * SECOND_MS), before)) low = middle;
    else high = middle;
  }
  const time = high * SECOND_MS;
  return { time, freezes: freezesAt(decided, time), turns: true };
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}

function textOf({ time, freezes, turns }: Moment, now: number, before: readonly string[]): string {
  const ended = before.filter((each) => !freezes.includes(each)).join(' and ');
  const begun = freezes.filter((each) => !before.includes(each)).join(' and ');
  const later = laterBy(time - now);
  const at = isoTime(time);
  if (begun !== '') return `${later}, at ${at}, in the freeze ${begun}`;
  if (ended === '') return `${later}, at ${at}`;
  return turns
    ? `after the freeze ${ended}, which ends at ${at} (${later})`
    : `${later}, at ${at}, after the freeze ${ended}`;
}

function laterBy(ms: number): string {
  if (ms < HOUR_MS) return `${Math.ceil(ms / 60_000)} min later`;
  const hours = Math.round(ms / HOUR_MS);
  if (hours > MOST_HOURS) return `${Math.round(hours / 24)} days later`;
  return hours === 1 ? 'an hour later' : `${hours} h later`;
}
