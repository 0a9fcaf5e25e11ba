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
export type Catcher = Shaping & { readonly ErrorEquals: readonly string[]; readonly Next: string };
export type Rule = Shaping & { readonly Condition: Json; readonly Next: string };

export type State = Shaping & {
  readonly Type: 'Pass' | 'Task' | 'Choice' | 'Wait' | 'Succeed' | 'Fail' | 'Parallel' | 'Map';
  readonly Next?: string;
  readonly Arguments?: Json;
  readonly Resource?: string;
  readonly TimeoutSeconds?: Json;
  readonly HeartbeatSeconds?: Json;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Choices?: readonly Rule[];
  readonly Default?: string;
  readonly Seconds?: Json;
  readonly Timestamp?: Json;
  readonly Error?: Json;
  readonly Cause?: Json;
  readonly Branches?: readonly Graph[];
  readonly ItemProcessor?: Graph;
  readonly Items?: Json;
  readonly ItemSelector?: Json;
  readonly MaxConcurrency?: Json;
  readonly ToleratedFailureCount?: Json;
  readonly ToleratedFailurePercentage?: Json;
};
export type Graph = { readonly StartAt: string; readonly States: Readonly<Record<string, State>> };
export type Definition = Graph & { readonly TimeoutSeconds?: number };

const STATE_FIELDS: ReadonlySet<string> = new Set(
  `Type Comment QueryLanguage Next End Output Assign Arguments Resource TimeoutSeconds HeartbeatSeconds Retry Catch
   Choices Default Seconds Timestamp Error Cause Branches ItemProcessor Items ItemSelector MaxConcurrency
   ToleratedFailureCount ToleratedFailurePercentage`.split(/\s+/),
);
const TYPES: ReadonlySet<unknown> = new Set(
  'Pass Task Choice Wait Succeed Fail Parallel Map'.split(' ') satisfies readonly string[],
);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What of a machine this interpreter does not run, one sentence each. A machine with any is refused at start,
 * because a step left out here would run on AWS.
 */
export function unsupportedFeatures(definition: unknown): readonly string[] {
  if (!isObject(definition) || typeof definition.StartAt !== 'string') return ['the machine has no StartAt'];
  const states = definition.States;
  if (!isObject(states) || !(definition.StartAt in states)) return ['StartAt names no state'];
  const jsonata = definition.QueryLanguage === 'JSONata';
  return Object.entries(states).flatMap(([name, state]) =>
    unsupportedInState(state, jsonata).map((what) => `state '${name}': ${what}`),
  );
}

function unsupportedInState(state: unknown, jsonata: boolean): readonly string[] {
  if (!isObject(state)) return ['is not an object'];
  const unknown = Object.keys(state).filter((field) => !STATE_FIELDS.has(field));
  const language = state.QueryLanguage === 'JSONata' || (jsonata && state.QueryLanguage === undefined);
  const resource = state.Resource;
  return [
    ...unknown.map((field) => `field ${field} is not run`),
    ...(TYPES.has(state.Type) ? [] : [`type ${String(state.Type)} is not run`]),
    ...(language ? [] : ['is JSONPath; only JSONata is run']),
    ...(typeof resource === 'string' && /\.sync(:\d+)?$/.test(resource) ? [`${resource} is not run`] : []),
    ...innerGraphs(state).flatMap((graph) => unsupportedInGraph(graph, jsonata || language)),
  ];
}

function unsupportedInGraph(graph: unknown, jsonata: boolean): readonly string[] {
  if (!isObject(graph)) return ['has an inner graph that is not an object'];
  const config = graph.ProcessorConfig;
  const mode = isObject(config) ? config.Mode : 'INLINE';
  const language = jsonata ? { QueryLanguage: 'JSONata' } : {};
  return [
    ...(mode === 'INLINE' ? [] : [`a ${String(mode)} map is not run`]),
    ...unsupportedFeatures({ ...language, ...graph }),
  ];
}

function innerGraphs(state: Readonly<Record<string, unknown>>): readonly unknown[] {
  const branches = state.Branches;
  const processor = state.ItemProcessor;
  return [...(Array.isArray(branches) ? branches : []), ...(processor === undefined ? [] : [processor])];
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
