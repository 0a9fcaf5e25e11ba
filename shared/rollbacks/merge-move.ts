import { isoTime, type Reason } from '../kernel/index.ts';
import type { CheckInvariantsInputs, InvariantResult } from './rules/check-invariants.ts';
import type { MergeInputs, MergeOutcome } from './rules/merge-rollback.ts';
import type { Move } from './take-step.ts';
import { inWords } from './unanswered.ts';

function approvedBy(approval: CheckInvariantsInputs['approval']): readonly Reason[] {
  return approval === null
    ? []
    : [{ code: 'APPROVED', text: `${approval.person} approved it (${approval.id})` }];
}

function invariantReason({ id, result, value }: InvariantResult): Reason {
  return { code: id, text: result === 'overridden' ? `${value}: the approval lets it pass` : value };
}

/** Where the forge's answer to a merge leads. */
export function mergeMove(outcome: MergeOutcome, inputs: MergeInputs, now: number): Move {
  const at = isoTime(now);
  const also = [{ type: 'InvariantsEvaluated' as const, data: { results: outcome.invariants } }];
  const { approval } = inputs.evaluation;
  if (outcome.verdict === 'merged' && inputs.result.kind === 'merged') {
    const { sha } = inputs.result;
    return {
      event: outcome.approved ? 'HumanApproved' : 'InvariantsPassed',
      state: { kind: 'RollbackMerged' },
      also: [...also, { type: 'MergeCompleted', data: { sha, auto: !outcome.approved } }],
      reasons: [...approvedBy(approval), ...outcome.invariants.map(invariantReason)],
      data: { merge: { sha, at, byPerson: false, ...(approval !== null && { approval: approval.id }) } },
      times: { merged: at },
    };
  }
  if (outcome.verdict === 'queued') {
    return {
      event: 'MergeQueued',
      state: { kind: 'AwaitingMerge' },
      also,
      reasons: [{ code: 'QUEUED', text: 'all invariants hold; it waits in the merge queue of its branch' }],
      data: { queuedAt: at },
    };
  }
  if (outcome.verdict === 'security') {
    return {
      event: 'SecurityViolation',
      state: { kind: 'Aborted', reason: 'SECURITY' },
      also,
      reasons: [{ code: 'PERMISSION_DENIED', text: deniedText(inputs.result) }],
    };
  }
  const why =
    inputs.result.kind === 'refused' ? inputs.result.message : 'the head moved under the pull request';
  return {
    event: 'InvariantsFailed',
    state: { kind: 'AwaitingHumanReview', reason: 'MERGE_REFUSED', afterMerge: false },
    also,
    reasons: [{ code: 'I8', text: why }],
    data: inputs.result.kind === 'head-moved' ? { headMoved: true } : { said: inWords('I8', why) },
  };
}

function deniedText(result: MergeInputs['result']): string {
  const said = result.kind === 'denied' ? (result.message ?? '') : '';
  return inWords('the forge refused our credentials at the merge', said);
}
