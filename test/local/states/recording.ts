import type { CallAws } from '../../../local/cloud/types.ts';
import type { HistoryEvent } from './harness.ts';

type Mock = {
  readonly request: unknown;
  readonly result?: unknown;
  readonly outcome?: 'fail';
  readonly cause?: string;
};

/** One case as the handbook's vectors keep it. */
export type RecordedCase = {
  readonly name: string;
  readonly definition: unknown;
  readonly input: unknown;
  readonly mocks: readonly Mock[];
  readonly expected: {
    readonly status: string;
    readonly output?: unknown;
    readonly error?: string;
    readonly cause?: string;
    readonly entered: readonly string[];
    readonly assigned?: readonly unknown[];
    readonly trace: readonly Readonly<Record<string, unknown>>[];
  };
};

/** Answers calls with the recorded answers, in the order they were scheduled, and keeps what was asked. */
export function answering({ mocks }: RecordedCase): {
  readonly call: CallAws;
  readonly asked: () => readonly unknown[];
} {
  const asked: unknown[] = [];
  const call: CallAws = async (_caller, _service, _action, input) => {
    const mock = mocks[asked.length];
    asked.push(input);
    if (mock === undefined) throw new Error('one call too many');
    if (mock.outcome === 'fail') {
      return { StatusCode: 200, FunctionError: 'Unhandled', Payload: JSON.parse(mock.cause ?? 'null') };
    }
    return mock.result;
  };
  return { call, asked: () => asked };
}

type Step = Readonly<Record<string, unknown>>;

const details = (event: HistoryEvent): Step => {
  const found = Object.entries(event).find(([key]) => key.endsWith('EventDetails'))?.[1];
  return { ...(typeof found === 'object' ? found : {}) };
};

const json = (value: unknown): unknown => JSON.parse(String(value));

/** Our history in the words of the recorded trace, which leaves out scheduling and the state of a failed task. */
export function traceOf(history: readonly HistoryEvent[]): readonly Step[] {
  return history.flatMap((event): readonly Step[] => {
    const said = details(event);
    if (event.type.endsWith('StateEntered')) {
      return [{ enter: said.name, type: event.type.replace('StateEntered', ''), input: json(said.input) }];
    }
    if (event.type.endsWith('StateExited')) return [exited(said)];
    if (event.type === 'EvaluationFailed') {
      const { state, location = null, error, cause } = said;
      return [{ evaluation_failed: state, location, error, cause }];
    }
    return event.type === 'TaskFailed' ? [{ event: event.type }] : [];
  });
}

function exited(said: Step): Step {
  const assigned = Object.entries(said.assignedVariables ?? {}).map(([key, value]) => [key, json(value)]);
  const output = json(said.output);
  return { exit: said.name, output, ...(assigned.length > 0 && { assigned: Object.fromEntries(assigned) }) };
}

/** The recorded trace without what ours cannot say. */
export function recordedTrace(one: RecordedCase): readonly Step[] {
  return one.expected.trace.map(({ state: _, ...step }) => step);
}

/** Puts the recorder's mask over what it masked, so that the rest compares exactly. */
export function masked(actual: unknown, expected: unknown): unknown {
  if (expected === '__ANY__') return expected;
  if (typeof actual !== 'object' || actual === null || typeof expected !== 'object' || expected === null)
    return actual;
  if (Array.isArray(actual))
    return actual.map((item, index) => masked(item, Array.isArray(expected) ? expected[index] : undefined));
  const wanted: Readonly<Record<string, unknown>> = { ...expected };
  return Object.fromEntries(Object.entries(actual).map(([key, value]) => [key, masked(value, wanted[key])]));
}
