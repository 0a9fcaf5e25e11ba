import { describe, expect, test } from 'vitest';
import {
  dominates,
  graphOf,
  type MachineJson,
  reachable,
  type StateJson,
  tasksPast,
  testsExpiry,
  unboundedCycle,
} from '../support/state-graph.ts';
import { FIXTURE, MACHINES, withStates } from './machines.ts';

const GATE = 'Check invariants';

/** Everything that would let a machine merge without its invariants, or go round for ever. */
function findings(machine: MachineJson): readonly string[] {
  const graph = graphOf(machine);
  const merges = Object.keys(machine.States).filter((name) => name.startsWith('Merge'));
  const unbounded = unboundedCycle(graph, testsExpiry(graph));
  return [
    ...merges
      .filter((merge) => !dominates(graph, GATE, merge))
      .map((merge) => `a path to "${merge}" avoids the gate`),
    ...merges.flatMap((merge) =>
      tasksPast(graph, GATE, merge).map((task) => `"${task}" leads to "${merge}" past the gate`),
    ),
    ...merges.flatMap((merge) =>
      graph.edges
        .filter(({ to, rule }) => to === merge && !/\$verdict\b/.test(String(rule?.Condition)))
        .map(({ from }) => `"${from}" leads to "${merge}" without a verdict`),
    ),
    ...(unbounded === undefined ? [] : [`no deadline bounds the cycle through ${unbounded.join(', ')}`]),
  ];
}

describe.each(MACHINES)('%s', (_file, machine) => {
  test('merges only behind the gate, on its verdict, and every cycle is bounded by a deadline', () => {
    expect(findings(machine)).toEqual([]);
  });

  test('can reach every state, and an end from every state', () => {
    const graph = graphOf(machine);
    const names = Object.keys(machine.States);
    expect([...reachable(graph, [graph.start])].sort()).toEqual([...names].sort());
    const ends = names.filter((name) => !graph.edges.some(({ from }) => from === name));
    const stuck = names.filter((name) => !ends.some((end) => reachable(graph, [name]).has(end)));
    expect(stuck).toEqual([]);
  });

  test('with any one edge to a merge added is reported, whatever the edge', () => {
    const merges = Object.keys(machine.States).filter((name) => name.startsWith('Merge'));
    const bypasses = merges.flatMap((merge) =>
      Object.entries(machine.States).flatMap(([name, state]) =>
        bypassesOf(state, merge).map((change) => ({ [name]: change })),
      ),
    );
    for (const bypass of bypasses) {
      const isFound = findings(withStates(machine, bypass)).length > 0;
      expect({ bypass, isFound }).toEqual({ bypass, isFound: true });
    }
  });
});

/** A state changed in each way in which its type can lead to a merge. */
function bypassesOf(state: StateJson, merge: string): readonly object[] {
  const rule = { Condition: '{% true %}', ErrorEquals: ['States.ALL'], Next: merge };
  return [
    ...('Next' in state ? [{ Next: merge }] : []),
    ...('Default' in state ? [{ Default: merge }] : []),
    ...('Catch' in state ? [{ Catch: [rule] }] : []),
    ...('Choices' in state ? [{ Choices: [rule] }] : []),
  ];
}

describe('the graph test', () => {
  test('finds nothing in a machine that is right', () => {
    expect(findings(FIXTURE)).toEqual([]);
  });

  test.each([
    ['a Next around the gate', { 'Await CI': { Next: 'Merge pull request' } }],
    ['a start at the merge', { 'Take up': { Next: 'Merge pull request' } }],
    [
      'a Catch of the gate that merges',
      { [GATE]: { Catch: [{ ErrorEquals: ['Conflict'], Next: 'Merge pull request' }] } },
    ],
    ['a Default that merges', { 'May it merge?': { Default: 'Merge pull request' } }],
    ['a merge on a stale verdict', { 'Await CI': { Next: 'May it merge?' } }],
    ['a merge that is tried again without a new check', { 'Merge pull request': { Next: 'May it merge?' } }],
  ])('reports %s', (_what, change) => {
    expect(findings(withStates(FIXTURE, change)).join()).toContain('"Merge pull request"');
  });

  test.each([
    ['a task that leads back to itself', { 'Await CI': { Next: 'Await CI' } }],
    ['a Catch that goes round', { [GATE]: { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Await CI' }] } }],
    [
      'a Choice that does not test the deadline first',
      { 'May it merge?': { Choices: [{ Condition: true, Next: 'Attempt ended' }] } },
    ],
    ['a task that does not read the deadline anew', { [GATE]: { Assign: { verdict: 'merge' } } }],
  ])('reports a cycle without a deadline: %s', (_what, change) => {
    expect(findings(withStates(FIXTURE, change)).join()).toContain('no deadline bounds the cycle');
  });
});
