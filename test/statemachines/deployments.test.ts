import { describe, expect, test } from 'vitest';
import {
  END_STATES as DEPLOYMENT_ENDS,
  OPEN_STATES as DEPLOYMENT_STATES,
} from '../../shared/deployments/contract.ts';
import { END_STATES as ROLLOUT_ENDS, OPEN_STATES as ROLLOUT_STATES } from '../../shared/rollouts/contract.ts';
import { graphOf, type MachineJson, rulesOf } from '../support/state-graph.ts';
import { MACHINES, withStates } from './machines.ts';

const CHOICE = 'Where does it stand?';
const machineOf = (name: string) =>
  new Map(MACHINES).get(`${name}.asl.json`) ?? ({ StartAt: '', States: {} } as MachineJson);
const rollOut = machineOf('roll-out-canary');
const govern = machineOf('govern-deployment');

/** The states of the subject that a condition of the Choice names. */
function named(condition: unknown): readonly string[] {
  const text = String(condition);
  return /\$state\b/.test(text) ? [...text.matchAll(/'(\w+)'/g)].map(([, state]) => state ?? '') : [];
}

/** Ways to a task that do not rest on a state of the subject, and the states that they rest on. */
function waysTo(machine: MachineJson, task: string) {
  const into = graphOf(machine).edges.filter(({ to }) => to === task);
  const past = into.filter(({ from, kind }) => from !== CHOICE || kind !== 'choice');
  return {
    past: past.map(({ from }) => from),
    states: into.flatMap(({ rule }) => named(rule?.Condition)).sort(),
  };
}

/** What every task of the two machines must have. */
function lacking(machine: MachineJson): readonly string[] {
  return Object.entries(machine.States)
    .filter(([, { Type }]) => Type === 'Task')
    .flatMap(([name, state]) =>
      ['TimeoutSeconds', 'Retry', 'Catch']
        .filter(
          (field) => state[field] === undefined || (Array.isArray(state[field]) && !state[field].length),
        )
        .map((field) => `"${name}" has no ${field}`),
    );
}

describe.each([
  ['roll-out-canary', rollOut, [...ROLLOUT_STATES, ...ROLLOUT_ENDS]],
  ['govern-deployment', govern, [...DEPLOYMENT_STATES, ...DEPLOYMENT_ENDS]],
] as const)('%s', (_name, machine, states) => {
  test('gives every task a time-out, a retry and a catch', () => {
    expect(lacking(machine)).toEqual([]);
    const [task = ''] = Object.keys(machine.States).filter((name) => machine.States[name]?.Type === 'Task');
    expect(lacking(withStates(machine, { [task]: { Retry: [] } }))).toEqual([`"${task}" has no Retry`]);
  });

  test('knows where to go from every state of its subject, and a deadline goes before each of them', () => {
    const rules = rulesOf(machine.States[CHOICE], 'Choices');
    expect(rules[0]?.Condition).toBe('{% $expired %}');
    const known = rules.flatMap(({ Condition }) => named(Condition));
    expect([...new Set(known)].sort()).toEqual([...states].sort());
  });
});

describe('traffic is moved', () => {
  test('only in the states that want it elsewhere, and after a pause in which it could not be moved back', () => {
    const { past, states } = waysTo(rollOut, 'Shift traffic');
    expect(states).toEqual(['Planned', 'RollingBack', 'Shifting']);
    expect([...new Set(past)]).toEqual(['Await next try']);
    expect(waysTo(rollOut, 'Await next try')).toEqual({ past: [], states: ['RollingBack'] });
  });

  test('by one task alone: what judges, waits or answers calls no function that could', () => {
    const moving = Object.entries(rollOut.States).filter(([, state]) =>
      JSON.stringify(state).includes('ShiftTrafficArn'),
    );
    expect(moving.map(([name]) => name)).toEqual(['Shift traffic']);
  });
});

describe('a rollout is started', () => {
  test('only for a deployment that stands at Cleared', () => {
    expect(waysTo(govern, 'Start rollout')).toEqual({ past: [], states: ['Cleared'] });
  });

  test.each([
    ['an approval that starts it itself', { 'Await approval': { Next: 'Start rollout' } }],
    ['a way from another state', { [CHOICE]: { Default: 'Start rollout' } }],
  ])('and %s is found', (_what, change) => {
    expect(waysTo(withStates(govern, change), 'Start rollout').past).not.toEqual([]);
  });
});
