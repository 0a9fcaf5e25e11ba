import jsonata from 'jsonata';

/** Every `{% %}` expression under a JSON value, without its marks. */
export function expressionsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return value.startsWith('{%') && value.endsWith('%}') ? [value.slice(2, -2).trim()] : [];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(expressionsIn) : [];
}

type Node = Readonly<Record<string, unknown>>;

function nodesOf(value: unknown): readonly Node[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(nodesOf);
  return 'type' in value ? [{ ...value }, ...inner] : inner;
}

const parsed = (expression: string): readonly Node[] => nodesOf(jsonata(expression).ast());

const OPERATORS: readonly unknown[] = ['+', '-', '*', '/', '%'];

/** Whether an expression calculates. Signs in strings, wildcards and negative literals are no arithmetic. */
export function hasArithmetic(expression: string): boolean {
  return parsed(expression).some(
    ({ type, value }) => (type === 'binary' || type === 'unary') && OPERATORS.includes(value),
  );
}

const nameOf = (node: unknown): string | undefined => {
  const [first] = nodesOf(node);
  return first?.type === 'variable' ? String(first.value) : undefined;
};

/** The machine's variables that an expression reads: not `$states`, functions, parameters or its own bindings. */
export function variablesIn(expression: string): readonly string[] {
  const nodes = parsed(expression);
  const bound = nodes.flatMap((node) => {
    if (node.type === 'bind') return [nameOf(node.lhs)];
    if (node.type === 'lambda') return Object.values(node.arguments ?? {}).map(nameOf);
    return node.type === 'function' || node.type === 'partial' ? [nameOf(node.procedure)] : [];
  });
  const read = nodes.filter(({ type }) => type === 'variable').map(({ value }) => String(value));
  return [...new Set(read)].filter((name) => !['', '$', 'states', ...bound].includes(name));
}
