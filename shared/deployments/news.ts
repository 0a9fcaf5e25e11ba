import { planOf } from '../approvals/index.ts';
import type { News } from '../rollouts/index.ts';
import type { BlockReason, ReviewReason } from './contract.ts';
import type { Deployment } from './deployment.ts';
import type { PlannedRollout } from './planned-rollout.ts';
import { approvalIdOf, planFactsOf } from './read-approval.ts';

const BLOCKED: Readonly<Record<BlockReason, string>> = {
  POLICY: 'a policy forbids it',
  REVISION_UNKNOWN: 'its repository has no such commit',
  VERSION_UNKNOWN: 'no published version carries the commit',
  ALREADY_DEPLOYED: 'it takes all of the traffic already',
  TRAFFIC_SPLIT: 'two versions share the traffic already: somebody else is rolling out',
  REVISION_CONDEMNED: 'the judge condemned this revision before; an approver may retry it',
  KILL_SWITCH: 'the kill switch is on',
  RISK: 'its risk is critical',
};
const REVIEWS: Readonly<Record<ReviewReason, string>> = {
  FACTS_UNREADABLE: 'what the change is could not be read in time',
  METRICS_UNREADABLE: 'what runs now could not be measured: there is no baseline',
  ROLLOUT_LATE: 'its rollout has not ended in time',
  UNEXPECTED: 'the workflow met an error that it does not know',
};

/** The message for an event of a deployment; undefined where nobody is told, or its present state has moved on. */
export function newsOfDeployment(
  deployment: Deployment,
  event: { readonly type: string; readonly rev: number },
): News | undefined {
  const { state, service, environment, data } = deployment;
  const what = `${service} in ${environment}: the deployment of ${data.revision.slice(0, 7)}`;
  switch (event.type) {
    case 'ApprovalRequested':
      return asked(deployment, `${what} needs your approval`);
    case 'Paged':
      return page(deployment, what, `PAGE-${event.rev}`);
    case 'EscalationRaised':
      return state.kind === 'AwaitingHumanReview'
        ? said(state.reason, `${what} needs a person: ${REVIEWS[state.reason]}`, deployment)
        : undefined;
    case 'DeploymentBlocked':
      return state.kind === 'Blocked'
        ? said(state.reason, `${what} is blocked: ${BLOCKED[state.reason]}`, deployment)
        : undefined;
    default:
      return undefined;
  }
}

function page(deployment: Deployment, what: string, topic: string): News | undefined {
  const text = `${what} has waited for an answer for an hour`;
  if (deployment.state.kind === 'AwaitingHumanReview') return said(topic, text, deployment);
  return asked(deployment, text, topic);
}

/** A question with what the answer is bound to: the facts of its plan, as the buttons carry their hash. */
function asked(deployment: Deployment, what: string, topic?: string): News | undefined {
  const { data, id } = deployment;
  const approvalId = approvalIdOf(deployment);
  if (approvalId === undefined) return undefined;
  const facts = planFactsOf(deployment);
  const undone = data.irreversible === true ? ' It cannot be undone by routing.' : '';
  const lines = [
    `${what}: risk ${facts.band} (${short(facts.score)}), lines: ${facts.lines}, files: ${facts.files}.${undone}`,
    ...(data.planned === undefined ? [] : [rolloutText(data.planned)]),
    `Until ${data.deadlineAt ?? 'its end'}, an approver who neither wrote the change nor asked for this can answer.`,
    `Or \`holdfast approve ${approvalId} --reason "<why>"\`. Why: \`holdfast explain deployment ${id}\`.`,
  ];
  const approval = { approvalId, planHash: planOf(facts).hash };
  return { topic: topic ?? `APPROVAL/${approvalId}`, text: lines.join('\n'), approval };
}

/** What a yes sets going. */
function rolloutText({ preset, presetAskedFor, stages, bake, bakeSeconds, rBad }: PlannedRollout): string {
  const asked = presetAskedFor === 'none' ? '' : `, asked for: ${presetAskedFor}`;
  return `Rollout (${preset}${asked}): ${stages}; then ${bakeSeconds} s of bake (${bake}); safe rules out ${rBad} times the failures.`;
}

/** Two digits are enough for a message; the decision has them all. */
function short(score: string | number | undefined): string {
  return Number(score ?? 0).toFixed(2);
}

function said(topic: string, text: string, { id }: Deployment): News {
  return { topic, text: `${text}.\nWhy: \`holdfast explain deployment ${id}\`.` };
}
