import type { Approval } from '../approvals/index.ts';
import { type Actor, isoTime, type Reason } from '../kernel/index.ts';
import { exceptionsOf, policyInputs, readBudget, readPolicies } from '../policies/index.ts';
import { condemnedBy } from '../rollouts/index.ts';
import { readAutonomy, readService, type ServiceDocument } from '../services/index.ts';
import { askAgainIfMoved } from './ask-again.ts';
import type { BlockReason } from './contract.ts';
import { type Deployment, loadDeployment } from './deployment.ts';
import { type PlannedRollout, plannedNow, plannedRollout } from './planned-rollout.ts';
import { policyFactsOf } from './policy-facts.ts';
import type { TaskInput, TaskResult, WeighDeps } from './ports.ts';
import { approvalFor } from './read-approval.ts';
import { bandOf } from './rules/bands.ts';
import {
  type DecideDeploymentInputs,
  type DecideDeploymentOutcome,
  decideDeployment,
} from './rules/decide-deployment.ts';
import { tierOf } from './rules/facts.ts';
import { rejectDeployment } from './rules/record-step.ts';
import { type Move, settled, standing, takeStep } from './take-step.ts';

/**
 * Decides on a deployment that has been weighed, and again when a person has answered: policies, autonomy and kill switch
 * are read anew each time, so that an approval from before a freeze does not lift it. Where the registry would roll it out
 * otherwise than people were asked, they are asked anew.
 */
export async function decideOnDeployment(deps: WeighDeps, input: TaskInput): Promise<TaskResult> {
  const deployment = await loadDeployment(deps.store, input.deploymentId);
  const { kind } = deployment.state;
  if (kind !== 'RiskAssessed' && kind !== 'AwaitingApproval') return settled(deps, deployment);
  const approval = await approvalFor(deps.store, deployment);
  if (approval?.state === 'Rejected') return rejected(deps, deployment, approval, input.key);
  const again = await askedAgain(deps, deployment, { approval, key: input.key });
  if (again !== undefined) return standing(deps, again);
  if (kind === 'AwaitingApproval' && approval?.state !== 'Approved') return standing(deps, deployment);
  const condemned = await condemnedBy(deps.store, deployment.service, deployment.data.revision);
  const document = await readService(deps, deployment.service);
  const planned = plannedRollout(deployment, document);
  const known: Known = { approval, condemned, planned };
  const inputs = await inputsOf(deps, deployment, { ...known, document });
  const moved = await takeStep(deps, deployment, {
    key: input.key,
    rule: decideDeployment,
    inputs,
    ...actorOf(approval),
    move: (outcome) => moveOf(deployment, known, outcome, isoTime(deps.clock())),
  });
  return standing(deps, moved);
}

/** A rollout that is not what was asked about is asked about anew, answered or not; a deadline that has passed goes first. */
async function askedAgain(
  deps: WeighDeps,
  deployment: Deployment,
  { approval, key }: { readonly approval: Approval | undefined; readonly key: string },
): Promise<Deployment | undefined> {
  const answered = approval?.state === 'Approved';
  if (deployment.state.kind !== 'AwaitingApproval') return undefined;
  if (!answered && standing(deps, deployment).expired) return undefined;
  return askAgainIfMoved(deps, deployment, { key, now: await plannedNow(deps, deployment) });
}

type Known = {
  readonly approval: Approval | undefined;
  /** The rollout that condemned the revision, if one did. */
  readonly condemned: string | undefined;
  /** What a yes would set going. */
  readonly planned: PlannedRollout;
};

async function inputsOf(
  deps: WeighDeps,
  { service, environment, data }: Deployment,
  { approval, condemned, document }: Known & { readonly document: ServiceDocument },
): Promise<DecideDeploymentInputs> {
  const at = isoTime(deps.clock());
  const [inForce, { level, killSwitch }, budget] = await Promise.all([
    readPolicies(deps.store),
    readAutonomy(deps, { service, environment, action: 'deploy' }),
    readBudget(deps.sloCounts, { service, environment, slos: document.slos }, at),
  ]);
  const score = data.risk?.score ?? '1';
  const band = bandOf(Number(score));
  const facts = policyFactsOf(
    { service, environment, data },
    { tier: tierOf(document.tier), score, band, budget: budget.facts },
  );
  const person = approval?.data.answer?.person;
  return {
    policies: policyInputs({ set: inForce.set, facts, exceptions: exceptionsOf(inForce), at }),
    autonomy: { level, environment, band, score },
    killSwitch: killSwitch.on,
    condemned: condemned !== undefined,
    retry: data.retryOf !== undefined,
    approval: approval === undefined || person === undefined ? null : { id: approval.id, person },
  };
}

function actorOf(approval: Approval | undefined): { readonly actor?: Actor } {
  const answer = approval?.data.answer;
  return answer === undefined ? {} : { actor: { type: 'person', id: answer.person, via: answer.via } };
}

async function rejected(
  deps: WeighDeps,
  deployment: Deployment,
  approval: Approval,
  key: string,
): Promise<TaskResult> {
  const answer = approval.data.answer;
  const moved = await takeStep(deps, deployment, {
    key,
    rule: rejectDeployment,
    inputs: { approval: approval.id, person: answer?.person ?? '' },
    ...actorOf(approval),
    move: ({ reason }) => ({
      event: 'ApprovalRejected',
      state: { kind: 'Aborted', reason },
      reasons: [{ code: reason, text: answer?.reason ?? '' }],
    }),
  });
  return standing(deps, moved);
}

const BLOCKED: Readonly<Partial<Record<BlockReason, string>>> = {
  KILL_SWITCH: 'the kill switch is on',
  REVISION_CONDEMNED:
    'the judge condemned this revision before: a person with the role approver may retry it',
  RISK: 'at a risk of the band critical nothing is rolled out',
};

function moveOf(
  { data }: Deployment,
  { approval, condemned, planned }: Known,
  outcome: DecideDeploymentOutcome,
  at: string,
): Move {
  const before = `${condemned} condemned this revision before; it is tried again by ${data.requestedBy}`;
  const tried = condemned === undefined ? [] : [{ code: 'CONDEMNED', text: before }];
  const reasons = [...(outcome.to === 'Blocked' ? [] : tried), ...reasonsOf(outcome)];
  const freezes = outcome.policies.onFailure === 'freeze' || data.irreversible === true;
  const common = {
    ...{ mode: outcome.autonomy.action, irreversible: freezes },
    ...(condemned !== undefined && { condemnedBy: condemned }),
  };
  switch (outcome.to) {
    case 'Blocked':
      return {
        event: outcome.event,
        state: { kind: 'Blocked', reason: outcome.reason },
        reasons: [
          { code: outcome.reason, text: BLOCKED[outcome.reason] ?? 'a policy forbids it' },
          ...reasons,
        ],
      };
    case 'Observed': {
      const would = outcome.would === 'ask' ? 'would have asked a person' : 'would have rolled it out';
      return {
        event: outcome.event,
        state: { kind: 'Observed' },
        reasons: [{ code: 'WOULD_HAVE', text: would }, ...reasons],
        data: common,
      };
    }
    case 'AwaitingApproval':
      return {
        event: outcome.event,
        state: { kind: 'AwaitingApproval' },
        reasons,
        data: { ...common, planned },
      };
    case 'Cleared': {
      const approvedBy = approval?.data.answer?.person;
      return {
        event: outcome.event,
        state: { kind: 'Cleared' },
        reasons,
        data: { ...common, ...(approvedBy !== undefined && { approvedBy }) },
        times: { cleared: at },
      };
    }
  }
}

/** Every policy that had a say, and what the level allows. */
function reasonsOf({ policies, autonomy }: DecideDeploymentOutcome): readonly Reason[] {
  const said = policies.results
    .filter(({ cameTo, missing }) => (cameTo !== 'nothing' && cameTo !== 'permit') || missing.length > 0)
    .map(({ id, cameTo, reason }) => ({
      code: cameTo.toUpperCase().replaceAll('-', '_'),
      text: `${id}: ${reason}`,
    }));
  return [...said, { code: 'AUTONOMY', text: autonomy.why }];
}
