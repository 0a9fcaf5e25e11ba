import { planOf } from '../approvals/index.ts';
import type { ButtonFor } from '../ports/approval-button.ts';
import type { BackReason, HoldReason } from './contract.ts';
import { missingText } from './missing-data.ts';
import { approvalIdOf, planFactsOf } from './read-approval.ts';
import type { Rollout } from './rollout.ts';

/** What people are told of a subject. `topic` names it once a subject; `approval` is what buttons under it answer. */
export type News = { readonly topic: string; readonly text: string; readonly approval?: ButtonFor };

const HELD: Readonly<Record<HoldReason, string>> = {
  UNDECIDED: 'its time is over, and the judge is sure neither of harm nor of safety',
  TOO_FEW_REQUESTS: 'its stage is over, and the canary has served too few requests',
  NO_DATA: 'nothing that can be compared has been measured for ten minutes',
  GUARD: 'a guard is crossed',
  TRAFFIC_MOVED: 'somebody else moved the traffic',
  TRAFFIC_FAILED: 'the traffic could not be moved',
  KILL_SWITCH: 'the kill switch is on',
  AUTONOMY: 'the autonomy level of this place does not act',
  IRREVERSIBLE: 'the canary is condemned, and its change cannot be undone by routing',
  BAKE_DEGRADED: 'after its promotion it is worse than what was there before',
  PLAN_CHANGED: 'its stored plan is not the one that it was started with: somebody edited it',
  LATE_VERDICT: 'the judge condemned it by minutes that closed after its promotion',
  UNEXPECTED: 'the workflow met an error that it does not know',
};
const BACK: Readonly<Record<BackReason, string>> = {
  VERDICT: 'the judge condemned the canary',
  BAKE_VERDICT: 'after its promotion it was worse than what was there before',
  REJECTED: 'a person said no',
  ABORTED_BY_PERSON: 'a person aborted it',
  HOLD_TIMEOUT: 'nobody answered in time',
  STALE: 'it is too old',
};

/** The message for an event of a rollout; undefined where nobody is told, or its present state has moved on. */
export function newsOfRollout(
  rollout: Rollout,
  event: { readonly type: string; readonly rev: number },
): News | undefined {
  const { state, data } = rollout;
  const what = `${rollout.service} in ${rollout.environment}: the rollout of ${data.revision.slice(0, 7)}`;
  switch (event.type) {
    case 'ApprovalRequested':
      return held(rollout, what);
    case 'Paged':
      return held(rollout, `${what} has waited for an answer for an hour`, `PAGE-${event.rev}`);
    case 'CanaryCondemned':
    case 'BakeCondemned':
      return condemned(rollout, what);
    case 'HandedOver':
      // what could not be moved back keeps taking traffic
      return state.kind === 'RollingBack'
        ? said(
            'NOT_BACK',
            `${what}: its traffic could not be moved back in time. It is tried again.`,
            rollout,
          )
        : undefined;
    case 'RolloutFrozen':
      return said(
        'FROZEN',
        `${what} has ended with the traffic where it was: nothing moves it any more.`,
        rollout,
      );
    default:
      return undefined;
  }
}

/** A hold asks a person: what yes and no do stands in the message, and its buttons answer exactly that. */
function held(rollout: Rollout, what: string, topic?: string): News | undefined {
  const { state, data } = rollout;
  const approvalId = approvalIdOf(rollout);
  if (state.kind !== 'Held' || approvalId === undefined) return undefined;
  const facts = planFactsOf(rollout, state);
  const missing = state.reason === 'NO_DATA' ? missingText(data.missing) : '';
  const gappy = state.reason === 'NO_DATA' && data.missing?.gaps !== undefined;
  const why = gappy ? 'more than half of what was to be compared was not measured' : HELD[state.reason];
  const lines = [
    `${what} is held at ${percent(data.weight)}: ${why}${missing === '' ? '' : ` (${missing})`}.`,
    `Approve: ${facts.approve}. Reject: ${facts.reject}. Until ${data.deadlineAt ?? 'its end'}.`,
    `Or \`holdfast approve ${approvalId} --reason "<why>"\`. Why: \`holdfast explain rollout ${rollout.id}\`.`,
  ];
  const name = topic ?? `${state.reason}/${approvalId}`;
  return { topic: name, text: lines.join('\n'), approval: { approvalId, planHash: planOf(facts).hash } };
}

function condemned(rollout: Rollout, what: string): News | undefined {
  const { state } = rollout;
  if (state.kind === 'RollingBack' || state.kind === 'RolledBack')
    return said(
      'CONDEMNED',
      `${what} goes back: ${BACK[state.reason]}. Its revision is not tried again.`,
      rollout,
    );
  // the service chose to be told and to keep it
  if (state.kind === 'Promoted')
    return said(
      'BAKE_DEGRADED',
      `${what} is done, but ${HELD[rollout.data.condemned === undefined ? 'BAKE_DEGRADED' : 'LATE_VERDICT']}. Nothing takes it back.`,
      rollout,
    );
  return undefined;
}

function said(topic: string, text: string, { id }: Rollout): News {
  return { topic, text: `${text}\nWhy: \`holdfast explain rollout ${id}\`.` };
}

function percent(weight: number): string {
  return `${Number((weight * 100).toFixed(2))} %`;
}
