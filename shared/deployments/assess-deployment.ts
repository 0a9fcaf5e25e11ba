import { fromDecimal, isoTime, type Reason } from '../kernel/index.ts';
import { readBudget } from '../policies/index.ts';
import { allServices } from '../services/index.ts';
import { type Deployment, loadDeployment } from './deployment.ts';
import { fitPastScores } from './fit-past-scores.ts';
import { fitPast } from './fit-record.ts';
import { pastDeployments } from './past-deployments.ts';
import type { TaskInput, TaskResult, WeighDeps } from './ports.ts';
import { type ChangeFacts, type Neighbour, tierOf } from './rules/facts.ts';
import { failureEvidence } from './rules/failure-history.ts';
import { nearEnough } from './rules/find-similar.ts';
import type { FindSimilarInputs } from './rules/risk-assessment.ts';
import { type WeighInputs, type WeighOutcome, weighDeployment } from './rules/weigh-deployment.ts';
import { type Move, standing, takeStep } from './take-step.ts';

/** Where a service's people live, as long as its entry does not say. */
const ZONE = 'UTC';

/** Weighs a deployment whose facts are known: what it resembles, and how likely it is to fail. */
export async function assessDeployment(deps: WeighDeps, input: TaskInput): Promise<TaskResult> {
  const deployment = await loadDeployment(deps.store, input.deploymentId);
  const { change } = deployment.data;
  if (deployment.state.kind !== 'FactsGathered' || change === undefined) return standing(deps, deployment);
  const inputs = await inputsOf(deps, deployment, change);
  const moved = await takeStep(deps, deployment, {
    key: input.key,
    rule: weighDeployment,
    inputs,
    move: (outcome) => moveOf(deployment, outcome, isoTime(deps.clock())),
  });
  return standing(deps, moved);
}

async function inputsOf(deps: WeighDeps, deployment: Deployment, change: ChangeFacts): Promise<WeighInputs> {
  const { service: name, environment } = deployment;
  const now = isoTime(deps.clock());
  const services = await allServices(deps);
  const document = services.find((each) => each.name === name)?.document;
  const dependents = services
    .filter(({ document: other }) => other.dependencies.includes(name))
    .map((each) => each.name);
  const dependencies = document?.dependencies ?? [];
  const neighbours: readonly Neighbour[] = [
    ...dependencies.map((service) => ({ service, relation: 'dependency' as const })),
    ...dependents.map((service) => ({ service, relation: 'dependent' as const })),
  ];
  const tier = tierOf(document?.tier ?? 1);
  const peers = services.filter((each) => tierOf(each.document.tier) === tier).map((each) => each.name);
  const read = [...new Set([name, ...neighbours.map(({ service }) => service), ...peers])].slice(
    0,
    MOST_SERVICES,
  );
  const [past, budget] = await Promise.all([
    pastDeployments(deps.store, read, environment),
    readBudget(deps.sloCounts, { service: name, environment, slos: document?.slos ?? [] }, now),
  ]);
  const calibration = fitPastScores(past);
  const find: FindSimilarInputs = { query: { service: name, environment, change }, past, neighbours, now };
  return {
    find: { ...find, past: fitPast(nearEnough(find)) },
    risk: {
      service: { name, tier, dependencies: dependencies.length, dependents: dependents.length },
      change,
      history: failureEvidence({ past, service: name, peers, environment, now }),
      budget: remainingOf(budget.facts),
      ...{ at: now, zone: document?.zone ?? ZONE },
      ...(calibration !== undefined && { calibration }),
    },
  };
}

/** Services whose past is read at once: this one, its neighbours, then peers of its tier. */
const MOST_SERVICES = 40;

function remainingOf(facts: Awaited<ReturnType<typeof readBudget>>['facts']): string | null {
  return 'remaining' in facts && facts.remaining !== undefined ? String(facts.remaining) : null;
}

function moveOf({ data }: Deployment, { similar, risk }: WeighOutcome, at: string): Move {
  const found = similar.similar
    .map(({ id, similarity, outcome }) => `${id} (${similarity}, ${outcome})`)
    .join(', ');
  const precedents: Reason = {
    code: 'PRECEDENTS',
    text: found === '' ? 'nothing like it was deployed before' : `most like it: ${found}`,
  };
  return {
    event: 'RiskAssessed',
    state: { kind: 'RiskAssessed' },
    reasons: [...risk.reasons, ...meaning(risk.calibrated), precedents],
    data: { risk: { score: risk.score, band: risk.band, level: risk.level } },
    times: { ...data.times, assessed: at },
  };
}

/** What the score has meant so far; nothing where too few outcomes say so. */
function meaning(calibrated: string | undefined): readonly Reason[] {
  if (calibrated === undefined) return [];
  const share = `${(fromDecimal(calibrated) * 100).toFixed(1)} %`;
  return [{ code: 'CALIBRATED', text: `of changes with such a score ${share} have failed so far` }];
}
