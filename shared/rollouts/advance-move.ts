import type { Reason } from '../kernel/index.ts';
import { blockOf } from './block-list.ts';
import type { HoldReason } from './contract.ts';
import { type Missing, missingText } from './missing-data.ts';
import { isReached, type Rollout, restarted, stageIndex } from './rollout.ts';
import type { AdvanceInputs, AdvanceOutcome } from './rules/advance-rollout.ts';
import { isMostlyAbsent } from './rules/gaps.ts';
import { percent } from './shift-reasons.ts';
import type { Move } from './take-step.ts';

/** What each hold is for, in the words of the ledger. */
export const HELD: Readonly<Record<HoldReason, string>> = {
  UNDECIDED: 'the judge is sure neither of harm nor of safety, and the time of the stage is over',
  TOO_FEW_REQUESTS: 'the time of the stage is over, and the canary has served too few requests',
  NO_DATA: 'no interval that can be compared has come in for too long',
  GUARD: 'a guard is crossed',
  TRAFFIC_MOVED: 'somebody else moved the traffic',
  TRAFFIC_FAILED: 'the traffic could not be moved',
  KILL_SWITCH: 'the kill switch is on',
  AUTONOMY: 'the autonomy level of this place does not act',
  IRREVERSIBLE: 'the canary is condemned, and its change cannot be undone: a person decides',
  BAKE_DEGRADED: 'it is worse than what was there before',
  PLAN_CHANGED: 'its plan is not the one that it was pinned to at its start',
  LATE_VERDICT:
    'the last minutes beside the version before condemn it, and had closed only after all of the traffic was moved',
  UNEXPECTED: 'an unexpected error',
};

/** NO_DATA where something came in after all. */
const MOSTLY_ABSENT = 'more than half of what was to be compared was not measured';

/** Holds in which the stage stood still: its time begins anew. What was waited for in the others came in the stage. */
const RESTARTS: readonly HoldReason[] = ['NO_DATA', 'KILL_SWITCH', 'AUTONOMY'];

/** What the judge looked at; `listed`: the revision is on the block-list already. */
export type Look = { readonly inputs: AdvanceInputs; readonly listed: boolean };

/** What the judge's outcome does to a rollout. A condemned revision goes on the block-list in the same transaction. */
export function advanceMove(rollout: Rollout, { inputs, listed }: Look, outcome: AdvanceOutcome): Move {
  const stage = stageIndex(rollout);
  const judged: readonly Reason[] = outcome.judge.reasons.map((text) => ({
    code: outcome.judge.verdict,
    text,
  }));
  switch (outcome.move) {
    case 'stay':
      throw new Error('a look that changes nothing is no decision');
    case 'pass':
      return {
        event: 'StagePassed',
        state: { kind: 'Shifting', stage: stage + 1 },
        reasons: [seenReason(outcome), ...judged],
      };
    case 'resume':
      return {
        event: 'HoldEnded',
        state: { kind: isReached(rollout) ? 'AtStage' : 'Shifting', stage },
        ...(isReached(rollout) &&
          RESTARTS.includes(inputs.held ?? 'UNEXPECTED') &&
          restarted(stage, inputs.now)),
        reasons: [{ code: 'OVER', text: `no longer: ${HELD[inputs.held ?? 'UNEXPECTED']}` }, ...judged],
      };
    case 'hold':
      return {
        event: 'RolloutHeld',
        state: { kind: 'Held', reason: outcome.reason ?? 'UNEXPECTED', stage },
        reasons: [heldReason(inputs, outcome), ...judged],
        ...heldData(inputs, outcome),
        // the switch stops us from acting on a verdict, not from knowing it
        ...(outcome.judge.verdict === 'ROLLBACK' && blocked(rollout, listed)),
      };
    case 'freeze':
      return {
        event: 'CanaryCondemned',
        state: { kind: 'Held', reason: 'IRREVERSIBLE', stage },
        reasons: [...judged, { code: 'IRREVERSIBLE', text: HELD.IRREVERSIBLE }],
        times: { verdict: inputs.now },
        ...condemned(outcome),
        ...blocked(rollout, listed),
      };
    case 'back':
      return {
        event: 'CanaryCondemned',
        state: { kind: 'RollingBack', reason: 'VERDICT' },
        reasons: judged,
        times: { verdict: inputs.now },
        ...condemned(outcome),
        ...blocked(rollout, listed),
      };
  }
}

/** Why it cannot be compared; where some of it can, how much cannot. */
function lackOf({ missing, stageGaps }: AdvanceInputs): Missing | undefined {
  return missing === undefined && isMostlyAbsent(stageGaps) ? { gaps: stageGaps } : missing;
}

function heldData(inputs: AdvanceInputs, outcome: AdvanceOutcome): Pick<Move, 'data'> {
  const missing = lackOf(inputs);
  const told = outcome.reason === 'NO_DATA' && missing !== undefined ? { missing } : {};
  return { data: { ...condemned(outcome).data, ...told } };
}

function condemned({ judge }: AdvanceOutcome): Pick<Move, 'data'> {
  return judge.by === undefined || judge.firstAt === undefined
    ? {}
    : { data: { condemned: { by: judge.by, at: judge.firstAt } } };
}

/** A revision that is retried and condemned again stands on the list already: its entry must not refuse the verdict. */
function blocked({ id, service, data }: Rollout, listed: boolean): Pick<Move, 'effects'> {
  if (listed) return {};
  return { effects: [{ type: 'take-lock', lock: blockOf(service, data.revision), holder: id }] };
}

function heldReason(inputs: AdvanceInputs, { reason }: AdvanceOutcome): Reason {
  const code = reason ?? 'UNEXPECTED';
  const text = code === 'NO_DATA' && lackOf(inputs)?.gaps !== undefined ? MOSTLY_ABSENT : HELD[code];
  return { code, text: `${text}${detailOf(inputs, code)}` };
}

function detailOf(inputs: AdvanceInputs, code: HoldReason): string {
  const { guards, seenWeight, otherPlan } = inputs;
  const missing = lackOf(inputs);
  if (code === 'GUARD') return `: ${guards.join('; ')}`;
  if (code === 'NO_DATA' && missing !== undefined) return `: ${missingText(missing)}`;
  if (code === 'PLAN_CHANGED') return `: ${otherPlanText(otherPlan)}`;
  return code === 'TRAFFIC_MOVED' ? `: ${seenText(seenWeight)}` : '';
}

/** What is stored is named by its digest: the decisions have the plan of the start whole. */
export function otherPlanText(digest: string | undefined): string {
  return `what is stored now has the digest ${(digest ?? '').slice(0, 12)}`;
}

export function seenText(seen: AdvanceInputs['seenWeight']): string {
  if (seen === undefined) return 'nobody read how it stands';
  const others = seen.others ? ', and another version takes part' : '';
  return `the canary has ${percent(seen.canary)}, and was left with ${percent(seen.left)}${others}`;
}

function seenReason({ seen }: AdvanceOutcome): Reason {
  return {
    code: 'STAGE_PASSED',
    text: `${seen.requests} requests of the canary in ${seen.seconds} s of measured intervals`,
  };
}
