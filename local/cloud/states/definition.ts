/** Any JSON value, as it flows between states. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

/** What a state, a Choice rule or a catcher may say about its output and its variables. */
export type Shaping = { readonly Output?: Json; readonly Assign?: JsonObject };
export type Retrier = {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
};
type Catcher = Shaping & { readonly ErrorEquals: readonly string[]; readonly Next: string };
type Rule = Shaping & { readonly Condition: Json; readonly Next: string };

export type State = Shaping & {
  readonly Type: 'Pass' | 'Task' | 'Choice' | 'Succeed' | 'Fail';
  readonly Next?: string;
  readonly Resource?: string;
  readonly Arguments?: Json;
  readonly TimeoutSeconds?: Json;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Choices?: readonly Rule[];
  readonly Default?: string;
  readonly Error?: Json;
  readonly Cause?: Json;
};
export type Definition = {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
};

const MACHINE_FIELDS = /^(Comment|QueryLanguage|StartAt|States|TimeoutSeconds|Version)$/;
const FIELDS =
  /^(Type|Comment|QueryLanguage|Next|End|Output|Assign|Arguments|Resource|TimeoutSeconds|Retry|Catch|Choices|Default|Error|Cause)$/;
const TYPES = /^(Pass|Task|Choice|Succeed|Fail)$/;
const INVOKE = 'arn:aws:states:::lambda:invoke';
const INVOKE_AND_AWAIT = `${INVOKE}.waitForTaskToken`;
// Step Functions adds these to JSONata, or has them otherwise than the library; $eval it does not have.
const FUNCTIONS = /\$(?:partition|range|hash|random|uuid|parse|eval)(?=\s*\()/g;

/** Whether a task's call only asks, and its answer comes with a token. */
export const awaitsToken = (state: State): boolean => state.Resource === INVOKE_AND_AWAIT;

type Loose = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const others = (found: Loose, known: RegExp): readonly string[] =>
  Object.keys(found).filter((field) => !known.test(field));

/**
 * What of a machine this interpreter does not run, one sentence each. A machine with any is refused at start,
 * because a step left out here would run on AWS.
 */
export function unsupportedFeatures(machine: unknown): readonly string[] {
  if (!isObject(machine) || !isObject(machine.States)) return ['has no States'];
  const { States, StartAt, QueryLanguage } = machine;
  return [
    ...others(machine, MACHINE_FIELDS).map((field) => `${field} is not run`),
    ...(String(StartAt) in States ? [] : ['StartAt names no state']),
    ...Object.entries(States).flatMap(([name, state]) =>
      unsupportedInState(isObject(state) ? state : {}, QueryLanguage).map(
        (what) => `state '${name}': ${what}`,
      ),
    ),
  ];
}

function unsupportedInState(state: Loose, outer: unknown): readonly string[] {
  const { Type, QueryLanguage = outer, Resource } = state;
  if (!TYPES.test(String(Type))) return [`${String(Type)} states are not run`];
  const isRun = Type !== 'Task' || Resource === INVOKE || Resource === INVOKE_AND_AWAIT;
  const functions = new Set(JSON.stringify(state).match(FUNCTIONS));
  return [
    ...[...others(state, FIELDS), ...functions].map((feature) => `${feature} is not run`),
    ...(QueryLanguage === 'JSONata' ? [] : ['only JSONata is run']),
    ...(isRun ? [] : [`${String(Resource)} is not run`]),
  ];
}

/** Checks a parsed state machine at the door. @throws Error naming every feature that is not run here */
export function parseDefinition(definition: unknown): Definition {
  const missing = unsupportedFeatures(definition);
  if (missing.length > 0) throw new Error(`cannot run this state machine: ${missing.join('; ')}`);
  return definition as Definition;
}
