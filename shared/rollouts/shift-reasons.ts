import type { Reason } from '../kernel/index.ts';
import {
  isSplit,
  type ShiftInputs,
  type ShiftOutcome,
  type SplitArms,
  shareOf,
} from './rules/record-shift.ts';

const HELD: Readonly<Record<string, string>> = {
  KILL_SWITCH: 'the kill switch is on',
  AUTONOMY: 'the autonomy level of this place does not act',
  TRAFFIC_MOVED: 'somebody else moved it, or is about to',
  PLAN_CHANGED: 'its plan is not the one that it was pinned to at its start',
  TRAFFIC_FAILED: 'the platform refused to move it',
  UNDECIDED:
    'it would take all of it without having shared it, so that nothing is compared: a person decides',
};

/**
 * What a shift says in the ledger: shares as they were read, never as they should have been. A move that no step of the
 * rollout made is named whatever comes of the shift, also while it goes back.
 */
export function shiftReasons(
  inputs: ShiftInputs,
  outcome: Exclude<ShiftOutcome, { to: 'none' }>,
): readonly Reason[] {
  const { canary, before, after } = inputs;
  if (outcome.to !== 'Held') {
    const found = movedReason(inputs, before);
    return [{ code: outcome.event, text: arrivedText(inputs) }, ...(found === null ? [] : [found])];
  }
  const now = after ?? before;
  const moved = movedReason(inputs, now);
  const stays = `version ${canary} stays at ${percent(shareOf(now, canary))} of the traffic`;
  const why = HELD[outcome.reason] ?? outcome.reason;
  const said = inputs.problemText === undefined ? why : `${why}: ${inputs.problemText}`;
  const text = outcome.reason === 'TRAFFIC_MOVED' && moved !== null ? moved.text : said;
  const held = { code: outcome.reason, text: `${stays}: ${text}` };
  return moved === null || outcome.reason === 'TRAFFIC_MOVED' ? [held] : [held, moved];
}

/** What was there before the shift already may be our own move whose answer was lost: nobody is said to have made it. */
function arrivedText({ canary, before, left, to }: ShiftInputs): string {
  const [from, share] = [shareOf(before, canary), percent(to)];
  return percent(from) === share && left !== to
    ? `version ${canary} was found at ${share} of the traffic, and had been left at ${percent(left)}`
    : `version ${canary} went from ${percent(from)} to ${share} of the traffic`;
}

/** Null where the traffic was found as it was left, or as it was to become. */
function movedReason(inputs: ShiftInputs, found: SplitArms): Reason | null {
  const { left, to } = inputs;
  if (isSplit(found, inputs, left) || isSplit(found, inputs, to)) return null;
  return {
    code: 'TRAFFIC_MOVED',
    text: `somebody else moved the traffic: it was left at ${armsText(leftArms(inputs))}, and found at ${armsText(found)}`,
  };
}

function leftArms({ canary, baseline, left }: ShiftInputs): SplitArms {
  return [
    { revision: canary, weight: left },
    { revision: baseline, weight: 1 - left },
  ].filter(({ weight }) => weight > 0);
}

function armsText(arms: SplitArms): string {
  return arms.map(({ revision, weight }) => `${percent(weight)} for version ${revision}`).join(' and ');
}

export function percent(weight: number): string {
  return `${Number((weight * 100).toFixed(2))} %`;
}
