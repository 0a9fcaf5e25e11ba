import { expect, test } from 'vitest';
import { readSet } from '../../../cli/policy-document.ts';
import { arrivalsOf } from '../../../cli/study/change.ts';
import { decided, riskOf } from '../../../cli/study/govern.ts';
import { organisationOf } from '../../../cli/study/organisation.ts';
import { bandOf } from '../../../shared/deployments/rules/bands.ts';
import { decideDeployment } from '../../../shared/deployments/rules/decide-deployment.ts';
import type { PastDeployment } from '../../../shared/deployments/rules/facts.ts';
import { countedPast, failureEvidence } from '../../../shared/deployments/rules/failure-history.ts';
import { weighDeployment } from '../../../shared/deployments/rules/weigh-deployment.ts';
import { policyInputs, reliefsOf } from '../../../shared/policies/policy-inputs.ts';

const organisation = organisationOf(4, 6);
const arrivals = arrivalsOf(organisation, 500);
const policies = await readSet(undefined);
const past = arrivals.map(({ id, service, at, change }, index): PastDeployment => {
  const { lines, files, migration, config, hotfix, text } = change;
  return {
    ...{ id, service: service.name, environment: 'production', at: new Date(at).toISOString() },
    change: { lines, files, migration, config, hotfix, text },
    outcome: index % 4 === 0 ? 'rolled-back' : 'succeeded',
  };
});
const BUDGETS = [
  { declared: true, remaining: '0.421', exhausted: false, burning: 'none' },
  { declared: true, remaining: '-0.05', exhausted: true, burning: 'fast' },
  { declared: true, remaining: '0.03', exhausted: false, burning: 'slow' },
  { declared: false },
] as const;

const asked = arrivals.slice(100).map((arrival, index) => {
  const { service, change, at: now } = arrival;
  const at = new Date(now).toISOString();
  const budget = BUDGETS[index % BUDGETS.length] ?? BUDGETS[0];
  const before = past.slice(0, index + 100);
  const peers = organisation.services.filter(({ tier }) => tier === service.tier).map(({ name }) => name);
  const evidence = failureEvidence({ past: before, service: service.name, peers, now: at });
  const environment = index % 3 === 0 ? 'staging' : 'production';
  const known = { arrival, now, environment, budget };
  return { known, evidence, before, at, service, change, budget };
});

test('the risk of a study is what the rule of production gives', () => {
  for (const { known, evidence, before, at, service, change, budget } of asked) {
    const { risk } = weighDeployment.decide({
      find: {
        query: { service: service.name, environment: known.environment, change },
        ...{ past: before, neighbours: service.neighbours, now: at },
      },
      risk: {
        ...{ service, change, history: evidence, at, zone: service.zone },
        budget: budget.declared ? budget.remaining : null,
      },
    });
    const { score, band } = riskOf({ ...known, history: countedPast(evidence), past: before });
    expect({ score: String(score), band }).toEqual({ score: risk.score, band: risk.band });
  }
});

const questions = asked.flatMap((each) =>
  [0.1, 0.55, 0.61, 0.95].flatMap((score) => [null, 'ada'].map((person) => ({ ...each, score, person }))),
);

test('what a study lets out is what the rule of production lets out', () => {
  const seen = new Set<string>();
  for (const { known, at, service, budget, score, person } of questions) {
    const { environment, arrival } = known;
    const band = bandOf(score);
    const place = { service: service.name, environment, tier: service.tier };
    const facts = { ...place, score, band, change: arrival.facts, budget };
    const exceptions = reliefsOf(policies.exceptions);
    const { to, policies: said } = decideDeployment.decide({
      policies: policyInputs({ set: policies.set, facts, exceptions, at }),
      autonomy: { level: 'governed', environment, band, score: String(score) },
      ...{ killSwitch: false, condemned: false, retry: false },
      approval: person === null ? null : { id: 'apr', person },
    });
    const frozen = to === 'Blocked' && said.blockedBy.join() === 'freeze-windows';
    expect(decided(known, { score, band }, policies, person)).toEqual({ to, frozen });
    seen.add(`${to}${frozen ? ' in a freeze' : ''}`);
  }
  expect(seen).toEqual(new Set(['Blocked', 'Blocked in a freeze', 'AwaitingApproval', 'Cleared']));
});
