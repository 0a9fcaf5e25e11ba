import { ACCOUNT, type Endpoints, identityOf, REGION } from './identities.ts';
import { entryOf, isRecord, type Json, record, text } from './values.ts';

/** A synthesised stack: its name and its template as JSON. */
export type Stack = { readonly name: string; readonly template: Json };

export type Resolver = {
  /** The value with every intrinsic resolved in the scope of a stack. Throws an error that names what is unknown. */
  readonly resolve: (node: unknown, stack: Stack) => unknown;
  readonly holds: (condition: string, stack: Stack) => boolean;
};

export type ResolverOptions = {
  readonly stacks: readonly Stack[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly endpoints: Endpoints;
};

type Scope = ResolverOptions & { readonly once: Once; readonly stack: Stack };
type Once = (key: string, make: () => unknown) => unknown;

/** What `AWS::NoValue` resolves to; the field that holds it disappears. */
const NOTHING = Symbol('AWS::NoValue');

const PSEUDO: Readonly<Record<string, (scope: Scope) => unknown>> = {
  'AWS::AccountId': () => ACCOUNT,
  'AWS::Region': () => REGION,
  'AWS::Partition': () => 'aws',
  'AWS::NoValue': () => NOTHING,
  'AWS::StackId': ({ stack }) =>
    `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${stack.name}/00000000-0000-0000-0000-000000000000`,
};

/** The intrinsics that the synthesised templates use. */
const INTRINSICS: Readonly<Record<string, (argument: unknown, scope: Scope) => unknown>> = {
  Ref: (argument, scope) => reference(text(argument, 'Ref'), scope),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, name] = list(argument, 'Fn::GetAtt');
    return attribute(text(logicalId, 'Fn::GetAtt'), text(name, 'Fn::GetAtt'), scope);
  },
  'Fn::Sub': (argument, scope) =>
    text(argument, 'Fn::Sub without variables').replaceAll(/\$\{([^}]+)\}/g, (_, name: string) =>
      text(reference(name, scope), `Fn::Sub ${name}`),
    ),
  'Fn::Join': (argument, scope) => {
    const [glue, parts] = list(walk(argument, scope), 'Fn::Join');
    return list(parts, 'Fn::Join')
      .map((part) => text(part, 'Fn::Join'))
      .join(text(glue, 'Fn::Join'));
  },
  'Fn::Split': (argument, scope) => {
    const [glue, whole] = list(walk(argument, scope), 'Fn::Split');
    return text(whole, 'Fn::Split').split(text(glue, 'Fn::Split'));
  },
  'Fn::Select': (argument, scope) => {
    const [index, from] = list(walk(argument, scope), 'Fn::Select');
    const found = list(from, 'Fn::Select')[Number(index)];
    if (found === undefined) throw new Error(`Fn::Select finds no item ${index} in ${JSON.stringify(from)}`);
    return found;
  },
  'Fn::ImportValue': (argument, scope) => imported(text(walk(argument, scope), 'Fn::ImportValue'), scope),
  'Fn::If': (argument, scope) => {
    const [name, then, otherwise] = list(argument, 'Fn::If');
    return walk(condition(text(name, 'Fn::If'), scope) ? then : otherwise, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list(walk(argument, scope), 'Fn::Equals');
    return text(left, 'Fn::Equals') === text(right, 'Fn::Equals');
  },
  'Fn::Not': (argument, scope) => walk(list(argument, 'Fn::Not')[0], scope) !== true,
};

/** Resolves lazily: a value is computed when it is first asked for, and a circle is refused with its path. */
export function createResolver(options: ResolverOptions): Resolver {
  const once = memory();
  return {
    resolve: (node, stack) => walk(node, { ...options, once, stack }),
    holds: (name, stack) => condition(name, { ...options, once, stack }),
  };
}

function memory(): Once {
  const known = new Map<string, unknown>();
  const open = new Set<string>();
  return (key, make) => {
    if (known.has(key)) return known.get(key);
    if (open.has(key)) throw new Error(`circular reference: ${[...open, key].join(' -> ')}`);
    open.add(key);
    try {
      const made = make();
      known.set(key, made);
      return made;
    } finally {
      open.delete(key);
    }
  };
}

function walk(node: unknown, scope: Scope): unknown {
  if (typeof node === 'string' && node.includes('{{resolve:')) {
    throw new Error(`the dynamic reference ${node} is not run locally`);
  }
  if (Array.isArray(node)) return node.map((item) => walk(item, scope)).filter((item) => item !== NOTHING);
  if (!isRecord(node)) return node;
  const [name, ...more] = Object.keys(node);
  if (name !== undefined && more.length === 0) {
    const intrinsic = entryOf(INTRINSICS, name);
    if (intrinsic !== undefined) return intrinsic(node[name], scope);
    if (name.startsWith('Fn::')) throw new Error(`the intrinsic ${name} is not known`);
  }
  const fields = Object.entries(node).map(([key, value]) => [key, walk(value, scope)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== NOTHING));
}

function reference(name: string, scope: Scope): unknown {
  const pseudo = entryOf(PSEUDO, name);
  if (pseudo !== undefined) return pseudo(scope);
  const declared = entryOf(record(scope.stack.template.Parameters ?? {}, 'Parameters'), name);
  if (declared !== undefined) return parameter(name, record(declared, name), scope.parameters[name]);
  return attribute(name, 'Ref', scope);
}

/** The value of a stack parameter, held to its declared type and values as CloudFormation holds it. */
function parameter(name: string, declared: Json, override: string | undefined): unknown {
  if (declared.Type !== 'String' && declared.Type !== 'Number') {
    throw new Error(`parameter ${name} of type ${declared.Type} is not run locally`);
  }
  const value = override ?? declared.Default;
  if (value === undefined) throw new Error(`parameter ${name} has no default and needs a value`);
  const given = text(value, `parameter ${name}`);
  const allowed = declared.AllowedValues;
  if (Array.isArray(allowed) && !allowed.map(String).includes(given)) {
    throw new Error(`parameter ${name} is ${given}, allowed are ${allowed.join(', ')}`);
  }
  return declared.Type === 'Number' ? Number(given) : given;
}

function attribute(logicalId: string, name: string, scope: Scope): string {
  const where = `${scope.stack.name}/${logicalId}`;
  const found = record(scope.stack.template.Resources ?? {}, 'Resources')[logicalId];
  if (!isRecord(found)) throw new Error(`${where} is referred to and not in the template`);
  const type = text(found.Type, `the type of ${where}`);
  const properties = record(found.Properties ?? {}, `the properties of ${where}`);
  const property = (key: string) => scope.once(`${where}.${key}`, () => walk(properties[key], scope));
  const value = identityOf({ logicalId, type, stack: scope.stack.name, property }, scope.endpoints)[name];
  if (value === undefined) throw new Error(`attribute ${name} of ${type} ${where} is not known`);
  return value;
}

function imported(name: string, scope: Scope): unknown {
  for (const stack of scope.stacks) {
    for (const [key, output] of Object.entries(record(stack.template.Outputs ?? {}, 'Outputs'))) {
      if (!isRecord(output) || !isRecord(output.Export) || output.Export.Name !== name) continue;
      return scope.once(`${stack.name} output ${key}`, () => walk(output.Value, { ...scope, stack }));
    }
  }
  throw new Error(`Fn::ImportValue: no stack exports ${name}`);
}

function condition(name: string, scope: Scope): boolean {
  const declared = record(scope.stack.template.Conditions ?? {}, 'Conditions')[name];
  if (declared === undefined) throw new Error(`condition ${name} is not in stack ${scope.stack.name}`);
  return scope.once(`${scope.stack.name} condition ${name}`, () => walk(declared, scope)) === true;
}

function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${name} needs a list, found ${JSON.stringify(value)}`);
  return value;
}
