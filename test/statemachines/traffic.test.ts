import { describe, expect, test } from 'vitest';
import { TRANSITIONS as DEPLOYMENT } from '../../shared/deployments/transitions.ts';
import { TRANSITIONS as ROLLOUT } from '../../shared/rollouts/transitions.ts';
import { graphOf, type MachineJson, reachable } from '../support/state-graph.ts';
import { MACHINES } from './machines.ts';

const CHOICE = 'Where does it stand?';

function machine(file: string): MachineJson {
  const [, found] = MACHINES.find(([name]) => name === file) ?? [];
  if (found === undefined) throw new Error(`there is no ${file}`);
  return found;
}

/** From where, and on which condition, a machine goes to a state. */
function waysInto(file: string, target: string): readonly string[] {
  return graphOf(machine(file))
    .edges.filter(({ to }) => to === target)
    .map(({ from, kind, rule }) => `${from}: ${kind === 'choice' ? String(rule?.Condition) : kind}`)
    .sort();
}

describe('a deployment', () => {
  test('starts its rollout only where the decisions say Cleared', () => {
    expect(waysInto('govern-deployment.asl.json', 'Start rollout')).toEqual([
      `${CHOICE}: {% $state = 'Cleared' %}`,
    ]);
  });

  test('is Cleared by the rule that holds it to policy, or by a person, and by nothing else', () => {
    const ways = DEPLOYMENT.filter(({ to }) => to === 'Cleared').map(({ from, event }) => `${from} ${event}`);
    expect(ways.toSorted()).toEqual(['AwaitingApproval ApprovalGiven', 'RiskAssessed DeploymentCleared']);
  });
});

describe('a rollout', () => {
  test('moves traffic only before a stage, before the promotion, or back', () => {
    expect(waysInto('roll-out-canary.asl.json', 'Shift traffic')).toEqual([
      // its time-out is the pause between two tries
      'Await next try: catch',
      'Await next try: next',
      `${CHOICE}: {% $state in ['Planned', 'Shifting', 'RollingBack'] %}`,
    ]);
    expect(waysInto('roll-out-canary.asl.json', 'Await next try')).toEqual([
      `${CHOICE}: {% $state = 'RollingBack' and $failure != null %}`,
    ]);
  });

  test('that goes back never takes more traffic again', () => {
    const after = ROLLOUT.filter(({ from }) => from === 'RollingBack').map(({ to }) => to);
    expect(new Set(after)).toEqual(new Set(['RollingBack', 'RolledBack', 'Aborted']));
  });

  test('does not end well without telling the deployment that waits for it', () => {
    const graph = graphOf(machine('roll-out-canary.asl.json'));
    expect(reachable(graph, [graph.start], 'Tell deployment')).not.toContain('Rollout ended');
    expect(reachable(graph, [graph.start])).toContain('Rollout ended');
  });
});
