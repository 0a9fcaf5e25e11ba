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

/** The fields of a state that are templates: their strings may be expressions. */
type Templates =
  | 'Arguments'
  | 'Seconds'
  | 'Timestamp'
  | 'TimeoutSeconds'
  | 'HeartbeatSeconds'
  | 'Error'
  | 'Cause';
type MapTemplates =
  | 'Items'
  | 'ItemSelector'
  | 'MaxConcurrency'
  | 'ToleratedFailureCount'
  | 'ToleratedFailurePercentage';
export type State = Shaping &
  Readonly<Partial<Record<Templates | MapTemplates, Json>>> & {
    readonly Type: 'Pass' | 'Task' | 'Choice' | 'Wait' | 'Succeed' | 'Fail' | 'Parallel' | 'Map';
    readonly Next?: string;
    readonly Resource?: string;
    readonly Retry?: readonly Retrier[];
    readonly Catch?: readonly Catcher[];
    readonly Choices?: readonly Rule[];
    readonly Default?: string;
    readonly Branches?: readonly Graph[];
    readonly ItemProcessor?: Graph;
  };
export type Graph = { readonly StartAt: string; readonly States: Readonly<Record<string, State>> };
export type Definition = Graph & { readonly TimeoutSeconds?: number };

const FIELDS =
  `Type Comment QueryLanguage Next End Output Assign Arguments Resource TimeoutSeconds HeartbeatSeconds
  Retry Catch Choices Default Seconds Timestamp Error Cause Branches ItemProcessor Items ItemSelector MaxConcurrency
  ToleratedFailureCount ToleratedFailurePercentage`.split(/\s+/);
const TYPES = ['Pass', 'Task', 'Choice', 'Wait', 'Succeed', 'Fail', 'Parallel', 'Map'];

type Loose = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What of a machine this interpreter does not run, one sentence each. A machine with any is refused at start,
 * because a step left out here would run on AWS.
 */
export function unsupportedFeatures(machine: unknown, outer: unknown = 'JSONPath'): readonly string[] {
  if (!isObject(machine) || !isObject(machine.States)) return ['has no States'];
  const { States, StartAt, QueryLanguage = outer, ProcessorConfig } = machine;
  const mode = isObject(ProcessorConfig) ? ProcessorConfig.Mode : 'INLINE';
  return [
    ...(String(StartAt) in States ? [] : ['StartAt names no state']),
    ...(mode === 'INLINE' ? [] : [`a ${String(mode)} map is not run`]),
    ...Object.entries(States).flatMap(([name, state]) =>
      unsupportedInState(isObject(state) ? state : {}, QueryLanguage).map(
        (what) => `state '${name}': ${what}`,
      ),
    ),
  ];
}

function unsupportedInState(state: Loose, outer: unknown): readonly string[] {
  const { Type, QueryLanguage = outer, Resource, Branches, ItemProcessor } = state;
  const inner = [
    ...(Array.isArray(Branches) ? Branches : []),
    ...(isObject(ItemProcessor) ? [ItemProcessor] : []),
  ];
  const fields = Object.keys(state).filter((field) => !FIELDS.includes(field));
  return [
    ...fields.map((field) => `${field} is not run`),
    ...(TYPES.includes(String(Type)) ? [] : [`${String(Type)} states are not run`]),
    ...(QueryLanguage === 'JSONata' ? [] : ['only JSONata is run']),
    ...(/\.sync(:\d+)?$/.test(String(Resource)) ? [`${String(Resource)} is not run`] : []),
    ...inner.flatMap((graph) => unsupportedFeatures(graph, QueryLanguage)),
  ];
}

/** Checks a parsed state machine at the door. @throws Error naming every feature that is not run here */
export function parseDefinition(definition: unknown): Definition {
  const missing = unsupportedFeatures(definition);
  if (missing.length > 0) throw new Error(`cannot run this state machine: ${missing.join('; ')}`);
  return definition as Definition;
}

/** The way from the machine to an inner graph: the Parallel or Map states passed, and the branch of each. */
export type Path = readonly { readonly state: string; readonly branch: number }[];

/** The graph at the end of a path. @throws Error when the stored path fits no longer: the machine was changed */
export function graphAt(definition: Definition, path: Path): Graph {
  return path.reduce<Graph>((graph, { state, branch }) => {
    const outer = graph.States[state];
    const inner = outer?.ItemProcessor ?? outer?.Branches?.[branch];
    if (inner === undefined)
      throw new Error(`the machine has no branch ${branch} in state '${state}' any more`);
    return inner;
  }, definition);
}
