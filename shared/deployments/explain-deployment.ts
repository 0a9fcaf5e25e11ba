import { type Decision, explainStep, fromDecimal, type Store } from '../kernel/index.ts';
import { type Deployment, loadDeployment } from './deployment.ts';
import { approvalIdOf } from './read-approval.ts';
import {
  type DecideDeploymentInputs,
  type DecideDeploymentOutcome,
  decideDeployment,
} from './rules/decide-deployment.ts';
import { type NearestOutcome, nearestOutcomes } from './rules/nearest-outcome.ts';
import { type WeighInputs, type WeighOutcome, weighDeployment } from './rules/weigh-deployment.ts';

/**
 * Why a deployment stands where it stands, from its recorded decisions alone: factors, similar deployments, policies,
 * autonomy, and the nearest change that would have altered the outcome. Throws Fault('NotFound').
 */
export async function explainDeployment(store: Store, id: string) {
  const deployment = await loadDeployment(store, id);
  const records = await store.decisions({ kind: 'deployment', id });
  const decisions = records.flatMap(({ decision }) => (decision === undefined ? [] : [decision]));
  const weighed = decisions.find(({ rule }) => rule.name === weighDeployment.name);
  const decided = decisions.findLast(({ rule }) => rule.name === decideDeployment.name);
  const { state, service, environment } = deployment;
  return {
    ...{ kind: 'deployment' as const, id, summary: summaryOf(deployment), state, service, environment },
    ...(weighed !== undefined && riskOf(weighed)),
    ...(decided !== undefined && policiesOf(decided)),
    ...nearestOf(weighed, decided, records.length > decisions.length),
    steps: records.map(explainStep),
    next: nextOf(deployment),
  };
}

function riskOf({ outcome }: Decision) {
  // As this rule recorded them: the bytes are checked against its commitment by replay.
  const { similar, risk } = outcome as WeighOutcome;
  return {
    risk: { score: risk.score, band: risk.band, level: risk.level, uncertainty: risk.uncertainty },
    probability: risk.probability,
    ...(risk.calibrated !== undefined && { calibrated: risk.calibrated }),
    factors: risk.factors.toSorted(
      (one, other) => fromDecimal(other.contribution) - fromDecimal(one.contribution),
    ),
    genops: risk.genops,
    similar: similar.similar,
  };
}

type Nearest = {
  readonly nearest: readonly Omit<NearestOutcome, 'situation'>[];
  /** What was decided: "it was blocked by freeze-windows". */
  readonly nearestTo?: string;
  /** Why nothing is named that would have let it come further. */
  readonly nearestNote?: string;
};

/** What would have altered the decision; where that cannot be told, why. */
function nearestOf(weighed: Decision | undefined, decided: Decision | undefined, erased: boolean): Nearest {
  const untold = (nearestNote: string) => ({ nearest: [], nearestNote });
  if (weighed === undefined || decided === undefined)
    return untold(
      erased
        ? 'It cannot be told what would have altered it: what it was decided from was erased.'
        : 'Policies and autonomy have not been asked: nothing is decided that another change would have altered.',
    );
  // The inputs of another version of these rules may lack what is asked for now.
  const asNow = [
    weighed.rule.version === weighDeployment.version,
    decided.rule.version === decideDeployment.version,
  ];
  if (asNow.includes(false))
    return untold(
      'It cannot be told what would have altered it: it was decided by rules of another version.',
    );
  const { similar } = weighed.outcome as WeighOutcome;
  const risk = { ...(weighed.inputs as WeighInputs).risk, similar };
  const found = nearestOutcomes({ risk, decided: decided.inputs as DecideDeploymentInputs });
  const nearest = found.nearest.map(({ situation: _situation, ...told }) => told);
  const stuck = found.to !== 'Cleared' && !nearest.some(({ better }) => better);
  return {
    nearestTo: found.was,
    nearest,
    ...(stuck && { nearestNote: 'No one or two things that are known would have let it come further.' }),
  };
}

function policiesOf({ inputs, outcome }: Decision) {
  const { policies, autonomy } = outcome as DecideDeploymentOutcome;
  const reliefs = (inputs as DecideDeploymentInputs).policies.exceptions;
  return {
    policies: policies.results.map(({ id, cameTo, reason, lifted }) => ({
      ...{ id, cameTo, reason },
      ...(lifted !== undefined && { lifted }),
    })),
    // The rule says whether they counted; who stands for them is in what it was given.
    exceptions: policies.exceptions.flatMap(({ kind, id, state }) => {
      const relief = reliefs.find((each) => each.kind === kind && each.id === id);
      if (relief === undefined) return [];
      const { owner, grantedBy, reason, expiresAt } = relief;
      return [{ kind, id, state, owner, ...(grantedBy !== undefined && { grantedBy }), reason, expiresAt }];
    }),
    warnings: policies.warnings,
    autonomy,
  };
}

function summaryOf({ service, environment, state, data }: Deployment): string {
  const why = 'reason' in state ? ` (${state.reason})` : '';
  const risk = data.risk === undefined ? '' : ` Its risk is ${data.risk.score} (${data.risk.band}).`;
  return `${data.revision.slice(0, 7)} of ${service} in ${environment}: the deployment is ${state.kind}${why}.${risk}`;
}

function nextOf(deployment: Deployment): string {
  const { state, data } = deployment;
  const until = data.deadlineAt === undefined ? '' : ` until ${data.deadlineAt}`;
  switch (state.kind) {
    case 'Requested':
      return 'The change is being read.';
    case 'FactsGathered':
    case 'RiskAssessed':
      return 'It is being weighed.';
    case 'AwaitingApproval':
      return `An approver must answer ${approvalIdOf(deployment) ?? ''}${until}.`;
    case 'Cleared':
      return 'Its rollout is about to start.';
    case 'RollingOut':
      return `${data.rollout ?? 'Its rollout'} moves traffic: holdfast explain rollout ${data.rollout ?? ''}`;
    case 'AwaitingHumanReview':
      return `A person must look: abort it, and try it again once it is mended${until}.`;
    case 'Completed':
    case 'RolledBack':
    case 'Blocked':
    case 'Observed':
    case 'Aborted':
      return 'Ended.';
  }
}
