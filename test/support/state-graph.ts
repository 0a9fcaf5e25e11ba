/** A state machine as a graph, read from its JSON. The reading is loose: what is malformed is asl-validator's matter. */
export type StateJson = {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
} & Readonly<Record<string, unknown>>;
export type MachineJson = {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, StateJson>>;
} & Readonly<Record<string, unknown>>;

type Assign = Readonly<Record<string, unknown>>;
export type Rule = {
  readonly Condition?: unknown;
  readonly Next: string;
  readonly Assign?: Assign;
  readonly ErrorEquals?: readonly string[];
};

/** A step from one state to another; `rule` is the Choice rule or the catcher that takes it. */
export type Edge = {
  readonly from: string;
  readonly to: string;
  readonly kind: 'next' | 'choice' | 'default' | 'catch';
  readonly rule?: Rule;
  readonly assigns: readonly string[];
};
export type StateGraph = {
  readonly start: string;
  readonly states: Readonly<Record<string, StateJson>>;
  readonly edges: readonly Edge[];
};

export const rulesOf = (state: StateJson | undefined, field: 'Choices' | 'Catch'): readonly Rule[] => {
  const rules = state?.[field];
  return Array.isArray(rules) ? rules : [];
};

const keysOf = (assign: unknown): readonly string[] => Object.keys({ ...(assign as Assign | undefined) });

/** The graph of a machine, or of a branch: Next, Choice rules, Default and Catch are its edges. */
export function graphOf(machine: MachineJson): StateGraph {
  const edges = Object.entries(machine.States).flatMap(([from, state]) => edgesOf(from, state));
  return { start: machine.StartAt, states: machine.States, edges };
}

function edgesOf(from: string, state: StateJson): readonly Edge[] {
  const own = keysOf(state.Assign);
  const byRule = (kind: 'choice' | 'catch') => (rule: Rule) => ({
    from,
    to: rule.Next,
    kind,
    rule,
    assigns: keysOf(rule.Assign),
  });
  return [
    ...(state.Next === undefined ? [] : [{ from, to: state.Next, kind: 'next' as const, assigns: own }]),
    ...(state.Default === undefined
      ? []
      : [{ from, to: state.Default, kind: 'default' as const, assigns: own }]),
    ...rulesOf(state, 'Choices').map(byRule('choice')),
    ...rulesOf(state, 'Catch').map(byRule('catch')),
  ];
}

/** Every state that can be reached from some states, themselves included, without passing `without`. */
export function reachable(graph: StateGraph, from: readonly string[], without?: string): ReadonlySet<string> {
  const seen = new Set(from.filter((state) => state !== without));
  for (const state of seen) {
    for (const edge of graph.edges) if (edge.from === state && edge.to !== without) seen.add(edge.to);
  }
  return seen;
}

/** Whether every path from the start to `target` passes `gate`; true also when there is no path. */
export function dominates(graph: StateGraph, gate: string, target: string): boolean {
  return gate === target || !reachable(graph, [graph.start], gate).has(target);
}

/** The tasks from which `target` can be reached again without passing `gate`: between them the world may change. */
export function tasksPast(graph: StateGraph, gate: string, target: string): readonly string[] {
  const tasks = Object.keys(graph.states).filter(
    (name) => graph.states[name]?.Type === 'Task' && name !== gate,
  );
  return tasks.filter((task) => {
    const after = graph.edges.filter(({ from }) => from === task).map(({ to }) => to);
    return reachable(graph, after, gate).has(target);
  });
}

/** A cycle that uses no edge for which `bounds` holds, as the states on it; undefined when every cycle is bounded. */
export function unboundedCycle(
  graph: StateGraph,
  bounds: (edge: Edge) => boolean,
): readonly string[] | undefined {
  const free = { ...graph, edges: graph.edges.filter((edge) => !bounds(edge)) };
  const onCycle = Object.keys(graph.states).filter((name) => {
    const after = free.edges.filter(({ from }) => from === name).map(({ to }) => to);
    return reachable(free, after).has(name);
  });
  return onCycle.length === 0 ? undefined : onCycle;
}

/** A Task followed by the Choice that tests the `expired` it has just assigned: the step that bounds a cycle. */
export function testsExpiry(graph: StateGraph) {
  return ({ from, to, kind, assigns }: Edge): boolean =>
    kind === 'next' &&
    graph.states[from]?.Type === 'Task' &&
    assigns.includes('expired') &&
    graph.states[to]?.Type === 'Choice' &&
    /\$expired\b/.test(String(rulesOf(graph.states[to], 'Choices')[0]?.Condition));
}

/** The variables that are assigned on every path by which a state is entered. `given` are there from the start. */
export function assignedOnEntry(
  graph: StateGraph,
  given: readonly string[] = [],
): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Set([...given, ...graph.edges.flatMap(({ assigns }) => assigns)]);
  const entry = new Map(Object.keys(graph.states).map((name) => [name, new Set(all)]));
  entry.set(graph.start, new Set(given));
  for (let changed = true; changed; ) {
    changed = false;
    for (const edge of graph.edges) {
      const before = entry.get(edge.to) ?? new Set<string>();
      const brought = new Set([...(entry.get(edge.from) ?? []), ...edge.assigns]);
      const kept = new Set([...before].filter((name) => brought.has(name)));
      changed ||= kept.size < before.size;
      entry.set(edge.to, kept);
    }
  }
  return entry;
}
