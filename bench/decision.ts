import { readSet } from '../cli/policy-document.ts';
import { type Arrival, arrivalsOf } from '../cli/study/change.ts';
import { budgetOf } from '../cli/study/error-budget.ts';
import { organisationOf } from '../cli/study/organisation.ts';
import { decideDeployment } from '../shared/deployments/rules/decide-deployment.ts';
import type { PastDeployment } from '../shared/deployments/rules/facts.ts';
import { failureEvidence } from '../shared/deployments/rules/failure-history.ts';
import { nearEnough } from '../shared/deployments/rules/find-similar.ts';
import type { AssessRiskOutcome } from '../shared/deployments/rules/risk-assessment.ts';
import { weighDeployment } from '../shared/deployments/rules/weigh-deployment.ts';
import type { BudgetFacts } from '../shared/policies/contract.ts';
import { policyInputs, reliefsOf } from '../shared/policies/policy-inputs.ts';
import { type Bench, held, type Measured } from './result.ts';
import { median, percentile } from './statistics.ts';

const PAST = 5000;
const DECISIONS = 400;
const WARM_UP = 100;
const SEED = 20;
const ENVIRONMENT = 'production';
/** Parts of a decision, in their order. */
const PARTS = ['context', 'history', 'risk', 'policies'] as const;
type Part = (typeof PARTS)[number];
type Times = Readonly<Record<Part | 'all' | 'processor', number>>;
type Policies = Awaited<ReturnType<typeof readSet>>;

export const decisionBench: Bench = {
  name: 'decision',
  summary:
    'One decision in process over 5,000 past deployments of ten services: context, risk, error budget, policies and autonomy, by the rules of production.',
  run: async () => measure(await readSet(undefined)),
};

function measure(policies: Policies): Measured {
  const arrivals = arrivalsOf(organisationOf(SEED, 10), PAST + WARM_UP + DECISIONS);
  const past = arrivals.slice(0, PAST).map(pastOf);
  const asked = arrivals.slice(PAST);
  for (const arrival of asked.slice(0, WARM_UP)) decideOn(arrival, past, policies);
  const before = process.cpuUsage();
  const times = asked.slice(WARM_UP).map((arrival) => decideOn(arrival, past, policies));
  const { user, system } = process.cpuUsage(before);
  const all = times.map((each) => each.all);
  const inMs = (measure: string, value: number) => ({ measure, value: hundredth(value), unit: 'ms' });
  return {
    rows: [
      held(inMs('one decision, p50', median(all)), { below: 20 }),
      inMs('one decision, p99', percentile(all, 0.99)),
      held(inMs('one decision of processor time, p50', median(times.map((each) => each.processor))), {
        below: 20,
      }),
      inMs('one decision of processor time, mean', (user + system) / 1000 / DECISIONS),
      ...PARTS.map((part) => inMs(`of it ${part}, p50`, median(times.map((each) => each[part])))),
    ],
    samples: { decisionMs: all },
    seed: SEED,
    notes: [
      `${DECISIONS} decisions after ${WARM_UP} of warm-up, in one process. The past is that of the simulated organisation of cli/study: every tenth was rolled back. Context: choosing what is near enough of ${PAST}; history: counting the outcomes of the service, its classes of change and its peers; risk: comparing structure and text, and the score with its interval and reasons; policies: the error budget, all policies that Holdfast comes with, autonomy.`,
      'Reading the past and the metrics from the store is not in it. Wall time includes what the machine gave to others; processor time includes garbage collection on other threads.',
    ],
  };
}

function pastOf({ id, service, at, change }: Arrival, index: number): PastDeployment {
  const { lines, files, migration, config, hotfix, text } = change;
  return {
    ...{ id, service: service.name, environment: ENVIRONMENT, at: new Date(at).toISOString() },
    change: { lines, files, migration, config, hotfix, text },
    outcome: index % 10 === 0 ? 'rolled-back' : 'succeeded',
  };
}

function decideOn(arrival: Arrival, past: readonly PastDeployment[], policies: Policies): Times {
  const { service, change } = arrival;
  const { name, tier, neighbours, dependencies, dependents, zone } = service;
  const at = new Date(arrival.at).toISOString();
  const peers = [...new Set(past.map((each) => each.service))];
  const before = process.cpuUsage();
  const marks = [performance.now()];
  const asked = { query: { service: name, environment: ENVIRONMENT, change }, past, neighbours, now: at };
  const find = { ...asked, past: nearEnough(asked) };
  marks.push(performance.now());
  const history = failureEvidence({ past, service: name, peers, environment: ENVIRONMENT, now: at });
  marks.push(performance.now());
  const budget = budgetOf(service, [], arrival.at);
  const remaining = 'remaining' in budget ? String(budget.remaining) : null;
  const known = { service: { name, tier, dependencies, dependents }, change, history };
  const { risk } = weighDeployment.decide({ find, risk: { ...known, budget: remaining, at, zone } });
  marks.push(performance.now());
  holdToPolicies(arrival, risk, budget, policies);
  marks.push(performance.now());
  const used = process.cpuUsage(before);
  const took = (index: number) => (marks[index + 1] ?? 0) - (marks[index] ?? 0);
  return {
    ...{ context: took(0), history: took(1), risk: took(2), policies: took(3) },
    all: (marks.at(-1) ?? 0) - (marks[0] ?? 0),
    processor: (used.user + used.system) / 1000,
  };
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}

function holdToPolicies(
  { service, facts: change, at: now }: Arrival,
  { score, band }: AssessRiskOutcome,
  budget: BudgetFacts,
  { set, exceptions }: Policies,
): void {
  const at = new Date(now).toISOString();
  const place = { service: service.name, environment: ENVIRONMENT, tier: service.tier };
  const facts = { ...place, score, band, change, budget };
  decideDeployment.decide({
    policies: policyInputs({ set, facts, exceptions: reliefsOf(exceptions), at }),
    autonomy: { level: 'governed', environment: ENVIRONMENT, band, score },
    ...{ killSwitch: false, condemned: false, retry: false, approval: null },
  });
}
