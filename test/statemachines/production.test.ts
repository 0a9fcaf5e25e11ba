import { describe, expect, test } from 'vitest';
import { type Edge, graphOf, type MachineJson, reachable, type StateJson } from '../support/state-graph.ts';
import { MACHINES, withStates } from './machines.ts';

const ASKED = '$approvalAwaited';
const STAGING = "$evaluation.environment = 'staging'";
const APPROVAL_TASK = 'Request approval';

/** The terms of a condition that must all hold; undefined when it is more than terms joined by `and`. */
function terms(condition: unknown): readonly string[] | undefined {
  const inner = /^\{% (.*) %\}$/.exec(String(condition))?.[1];
  if (inner === undefined || /\bor\b|\bnot\b|[?()]/.test(inner)) return undefined;
  return inner.split(' and ').map((term) => term.trim());
}

/** Every `Assign` of a state and of its rules and catchers. */
function assignments(state: StateJson): readonly Readonly<Record<string, unknown>>[] {
  const rules = [state.Choices, state.Catch].flatMap((list) => (Array.isArray(list) ? list : []));
  return [state, ...rules].map((holder) => (holder as { Assign?: object }).Assign ?? {}) as never;
}

/** States, other than the approval task, after which the machine would believe that a person was asked. */
function pretenders({ States }: MachineJson): readonly string[] {
  return Object.entries(States)
    .filter(([name]) => name !== APPROVAL_TASK)
    .filter(([, state]) =>
      assignments(state).some((assign) => ![undefined, false].includes(assign.approvalAwaited as never)),
    )
    .map(([name]) => name);
}

/** Whether an edge can be taken while nobody was asked: the variable is false then, and a conjunction with it too. */
const openUnasked = ({ rule }: Edge): boolean => terms(rule?.Condition)?.includes(ASKED) !== true;

/**
 * Every way in which a machine could merge in production without having asked a person. Without the approval task the
 * variable stays false; then each edge into a merge that remains must carry the branch on staging (I1).
 */
function findings(machine: MachineJson): readonly string[] {
  const graph = graphOf(machine);
  const unasked = { ...graph, edges: graph.edges.filter(openUnasked) };
  const reached = reachable(unasked, [graph.start], APPROVAL_TASK);
  const merges = unasked.edges.filter(({ from, to }) => reached.has(from) && to.startsWith('Merge'));
  return [
    ...pretenders(machine).map((name) => `"${name}" says that a person was asked`),
    ...merges
      .filter(({ rule }) => terms(rule?.Condition)?.includes(STAGING) !== true)
      .map(({ from, to }) => `"${from}" leads to "${to}" in production without an approval`),
  ];
}

describe.each(MACHINES)('%s', (_file, machine) => {
  test('no merge in production is reached but through the approval task', () => {
    expect(findings(machine)).toEqual([]);
  });
});

const [, machine] = MACHINES.find(([file]) => file === 'roll-back-service.asl.json') ?? ['', undefined];
const rollBack = machine as MachineJson;
const CHOICE = 'Do the invariants hold?';
type Rules = readonly { readonly Condition: string; readonly Next: string }[];
const rules = rollBack.States[CHOICE]?.Choices as Rules;
const changed = (from: string, to: string) => ({
  [CHOICE]: { Choices: rules.map((rule) => ({ ...rule, Condition: rule.Condition.replace(from, to) })) },
});

describe('the proof', () => {
  test('has something to prove: both ways to the merge are there, and the approval task is reached', () => {
    const conditions = rules.filter(({ Next }) => Next.startsWith('Merge')).map(({ Condition }) => Condition);
    expect(conditions.some((condition) => condition.includes(STAGING))).toBe(true);
    expect(conditions.some((condition) => condition.includes(ASKED))).toBe(true);
    const graph = graphOf(rollBack);
    expect(reachable(graph, [graph.start]).has(APPROVAL_TASK)).toBe(true);
  });

  test.each([
    ['without the branch on staging', changed(` and ${STAGING}`, '')],
    ['with the branch on another environment', changed("'staging'", "'production'")],
    ['without the question', changed(` and ${ASKED}`, '')],
    ['with a way around the question', changed(` and ${ASKED}`, ` or ${ASKED}`)],
    ['where another state says it was asked', { 'Await CI': { Assign: { approvalAwaited: true } } }],
    [
      'where a catcher says it was asked',
      {
        'Record CI': {
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Await CI', Assign: { approvalAwaited: true } }],
        },
      },
    ],
    [
      'where it is computed',
      { 'Record CI': { Assign: { approvalAwaited: '{% $states.result.Payload.asked %}' } } },
    ],
    ['where the hub merges', { 'Where does it stand?': { Default: 'Merge rollback pull request' } }],
    ['where a task merges', { 'Record review': { Next: 'Merge rollback pull request' } }],
    ['where a second merge is added', { 'Merge later': {}, 'Record CI': { Next: 'Merge later' } }],
  ])('reports a machine %s', (_what, change) => {
    expect(findings(withStates(rollBack, change))).not.toEqual([]);
  });
});
