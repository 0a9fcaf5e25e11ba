import aslValidator from 'asl-validator';
import { FAULT_NAMES } from '../../shared/kernel/fault.ts';
import {
  assignedOnEntry,
  graphOf,
  type MachineJson,
  type Rule,
  rulesOf,
  type StateJson,
} from '../support/state-graph.ts';
import { expressionsIn, hasArithmetic, variablesIn } from './expressions.ts';

/** One convention: what it asks, and what in a machine breaks it. */
export type Convention = {
  readonly asks: string;
  readonly breaches: (machine: MachineJson) => readonly string[];
};

type Named = readonly [name: string, state: StateJson];

// The errors of Lambda itself that AWS advises to retry, and our own Fault for what passes by itself.
const TRANSIENT = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Unavailable',
];
const STATES_ERRORS = [
  'ALL',
  'TaskFailed',
  'Timeout',
  'Permissions',
  'QueryEvaluationError',
  'DataLimitExceeded',
];
const MOST_STATES = 20;

const isMachine = (value: unknown): value is MachineJson =>
  typeof value === 'object' && value !== null && 'States' in value && 'StartAt' in value;

function innerOf(state: StateJson): readonly MachineJson[] {
  const branches = state.Branches;
  return [...(Array.isArray(branches) ? branches : []), state.ItemProcessor].filter(isMachine);
}

/** Every state of a machine, those of its branches too. */
function statesOf(machine: MachineJson): readonly Named[] {
  return Object.entries(machine.States).flatMap(([name, state]): readonly Named[] => [
    [name, state],
    ...innerOf(state).flatMap(statesOf),
  ]);
}

const overStates = (breaks: (state: StateJson, name: string) => boolean) => (machine: MachineJson) =>
  statesOf(machine)
    .filter(([name, state]) => breaks(state, name))
    .map(([name]) => name);

const overTasks = (breaks: (state: StateJson) => boolean) =>
  overStates((state) => state.Type === 'Task' && breaks(state));

function retriersOf(state: StateJson): readonly (Rule & Readonly<Record<string, unknown>>)[] {
  const retriers = state.Retry;
  return Array.isArray(retriers) ? retriers : [];
}

const errorListsOf = (state: StateJson): readonly (readonly string[])[] =>
  [...retriersOf(state), ...rulesOf(state, 'Catch')].map(({ ErrorEquals = [] }) => ErrorEquals);

function isKnownError(name: string): boolean {
  if (name.startsWith('States.')) return STATES_ERRORS.includes(name.slice('States.'.length));
  return /^Lambda\.\w+$/.test(name) || FAULT_NAMES.some((fault) => fault === name);
}

/** Whether States.ALL stands anywhere but alone in the last place. */
function allIsNotLast(lists: readonly (readonly string[])[]): boolean {
  return lists.some(
    (names, index) => names.includes('States.ALL') && (names.length > 1 || index < lists.length - 1),
  );
}

const retryListsOf = (state: StateJson) => retriersOf(state).map(({ ErrorEquals = [] }) => ErrorEquals);
const catchListsOf = (state: StateJson) => rulesOf(state, 'Catch').map(({ ErrorEquals = [] }) => ErrorEquals);

function retriesNothing(state: StateJson): boolean {
  if (/not (repeat|retr)/i.test(String(state.Comment))) return false;
  const names = retriersOf(state).flatMap(({ ErrorEquals = [] }) => ErrorEquals);
  return !TRANSIENT.every((name) => names.includes(name) || names.includes('States.ALL'));
}

const retriesWithoutBound = (state: StateJson): boolean =>
  retriersOf(state).some((retrier) => retrier.MaxAttempts === undefined || retrier.JitterStrategy !== 'FULL');

const isSentenceCase = (name: string): boolean =>
  /^[A-Z]/.test(name) &&
  name
    .replace(/\?$/, '')
    .split(' ')
    .slice(1)
    .every((word) => /^([a-z-]+|[A-Z]+)$/.test(word));

const awaitsToken = (state: StateJson): boolean => String(state.Resource).endsWith('.waitForTaskToken');
const passesToken = (state: StateJson): boolean =>
  expressionsIn(state.Arguments).some((expression) => expression.includes('$states.context.Task.Token'));

function heartbeatTooLong({ HeartbeatSeconds: heartbeat, TimeoutSeconds: timeout }: StateJson): boolean {
  if (heartbeat === undefined) return false;
  return !(typeof heartbeat === 'number' && typeof timeout === 'number' && heartbeat < timeout);
}

function substitutions(machine: MachineJson): readonly string[] {
  return [...JSON.stringify(machine).matchAll(/\$\{([^}]*)\}/g)].map(([, name = '']) => name);
}

/** `state: variable` for each that some path leaves unassigned. */
function unassigned(machine: MachineJson, given: readonly string[] = []): readonly string[] {
  const entry = assignedOnEntry(graphOf(machine), given);
  return Object.entries(machine.States).flatMap(([name, state]) => {
    const there = [...(entry.get(name) ?? [])];
    const { Branches: _, ItemProcessor: __, ...own } = state;
    const missing = expressionsIn(own)
      .flatMap(variablesIn)
      .filter((variable) => !there.includes(variable));
    return [
      ...missing.map((variable) => `${name}: $${variable}`),
      ...innerOf(state).flatMap((inner) => unassigned(inner, there)),
    ];
  });
}

function invalid(machine: MachineJson): readonly string[] {
  // The validator writes into what it is given.
  const { errors } = aslValidator(structuredClone({ ...machine }));
  return errors.map((error) => JSON.stringify(error));
}

const breach = (broken: boolean, what: string): readonly string[] => (broken ? [what] : []);

/** What every machine under statemachines/ keeps to. */
export const CONVENTIONS: readonly Convention[] = [
  { asks: 'a Comment says what the machine is for', breaches: ({ Comment }) => breach(!Comment, 'Comment') },
  {
    asks: 'the machine has a time-out of its own',
    breaches: ({ TimeoutSeconds }) => breach(typeof TimeoutSeconds !== 'number', 'TimeoutSeconds'),
  },
  {
    asks: 'the language is JSONata',
    breaches: ({ QueryLanguage }) => breach(QueryLanguage !== 'JSONata', 'QueryLanguage'),
  },
  { asks: 'asl-validator finds it valid', breaches: invalid },
  {
    asks: `it has at most ${MOST_STATES} states`,
    breaches: (machine) =>
      breach(statesOf(machine).length > MOST_STATES, `${statesOf(machine).length} states`),
  },
  { asks: 'every Task has a time-out', breaches: overTasks((state) => state.TimeoutSeconds === undefined) },
  {
    asks: 'every Task catches all errors in the end',
    breaches: overTasks((state) => !catchListsOf(state).at(-1)?.includes('States.ALL')),
  },
  {
    asks: 'every Task retries what is transient, or its Comment says why it is not repeatable',
    breaches: overTasks(retriesNothing),
  },
  { asks: 'every Retry is bounded and has jitter', breaches: overStates(retriesWithoutBound) },
  {
    asks: 'States.ALL stands alone and last',
    breaches: overStates((state) => allIsNotLast(retryListsOf(state)) || allIsNotLast(catchListsOf(state))),
  },
  {
    asks: 'every error is a Fault, or one of States or Lambda',
    breaches: (machine) =>
      statesOf(machine)
        .flatMap(([, state]) => errorListsOf(state).flat())
        .filter((name) => !isKnownError(name)),
  },
  { asks: 'states are named in sentence case', breaches: overStates((_, name) => !isSentenceCase(name)) },
  {
    asks: 'Choice states, and only they, end in a question mark',
    breaches: overStates((state, name) => (state.Type === 'Choice') !== name.endsWith('?')),
  },
  {
    asks: 'every substitution is an ARN',
    breaches: (machine) => substitutions(machine).filter((name) => !/^[A-Z]\w*Arn$/.test(name)),
  },
  {
    asks: 'no expression calculates',
    breaches: (machine) => expressionsIn(machine).filter(hasArithmetic),
  },
  { asks: 'every variable is assigned on every path to its use', breaches: (machine) => unassigned(machine) },
  {
    asks: 'a task passes its token if and only if it waits for one',
    breaches: overTasks((state) => awaitsToken(state) !== passesToken(state)),
  },
  { asks: 'a heartbeat is shorter than the time-out', breaches: overTasks(heartbeatTooLong) },
];
