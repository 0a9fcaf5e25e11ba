import { ACCOUNT, type Endpoints, identityOf, REGION } from './identities.ts';
import { parameterValue } from './parameters.ts';
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
type Intrinsic = (argument: unknown, scope: Scope) => unknown;

/** What `AWS::NoValue` resolves to; the field that holds it disappears. */
const NOTHING = Symbol('AWS::NoValue');

const PSEUDO: Readonly<Record<string, (scope: Scope) => unknown>> = {
  'AWS::AccountId': () => ACCOUNT,
  'AWS::Region': () => REGION,
  'AWS::Partition': () => 'aws',
  'AWS::URLSuffix': () => 'amazonaws.com',
  'AWS::NoValue': () => NOTHING,
  'AWS::NotificationARNs': () => [],
  'AWS::StackName': ({ stack }) => stack.name,
  'AWS::StackId': ({ stack }) =>
    `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${stack.name}/00000000-0000-0000-0000-000000000000`,
};

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => reference(text(argument, 'Ref'), scope),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, ...path] = Array.isArray(argument) ? argument : text(argument, 'Fn::GetAtt').split('.');
    return attribute(text(logicalId, 'Fn::GetAtt'), walk(path.join('.'), scope), scope);
  },
  'Fn::Sub': (argument, scope) => substitute(argument, scope),
  'Fn::Join': (argument, scope) => {
    const [glue, parts] = arguments_(argument, scope, 'Fn::Join');
    return list(parts, 'Fn::Join')
      .map((part) => text(part, 'Fn::Join'))
      .join(text(glue, 'Fn::Join'));
  },
  'Fn::Split': (argument, scope) => {
    const [glue, whole] = arguments_(argument, scope, 'Fn::Split');
    return text(whole, 'Fn::Split').split(text(glue, 'Fn::Split'));
  },
  'Fn::Select': (argument, scope) => {
    const [index, from] = arguments_(argument, scope, 'Fn::Select');
    const found = list(from, 'Fn::Select')[Number(index)];
    if (found === undefined)
      throw new Error(`Fn::Select finds no item ${String(index)} in ${JSON.stringify(from)}`);
    return found;
  },
  'Fn::Base64': (argument, scope) =>
    Buffer.from(text(walk(argument, scope), 'Fn::Base64')).toString('base64'),
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = arguments_(argument, scope, 'Fn::FindInMap').map((key) =>
      text(key, 'Fn::FindInMap'),
    );
    const path = ['Mappings', map, first, second];
    return path.reduce<unknown>((at, key) => {
      const found = isRecord(at) && key !== undefined ? at[key] : undefined;
      if (found === undefined)
        throw new Error(`Fn::FindInMap: ${path.join('/')} is not in stack ${scope.stack.name}`);
      return found;
    }, scope.stack.template);
  },
  'Fn::ImportValue': (argument, scope) => imported(text(walk(argument, scope), 'Fn::ImportValue'), scope),
  'Fn::If': (argument, scope) => {
    const [name, then, otherwise] = list(argument, 'Fn::If');
    return walk(condition(text(name, 'Fn::If'), scope) ? then : otherwise, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = arguments_(argument, scope, 'Fn::Equals');
    return text(left, 'Fn::Equals') === text(right, 'Fn::Equals');
  },
  'Fn::And': (argument, scope) => list(argument, 'Fn::And').every((part) => truth(part, scope)),
  'Fn::Or': (argument, scope) => list(argument, 'Fn::Or').some((part) => truth(part, scope)),
  'Fn::Not': (argument, scope) => !truth(list(argument, 'Fn::Not')[0], scope),
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
  const parameters = scope.stack.template.Parameters;
  if (isRecord(parameters) && Object.hasOwn(parameters, name)) {
    return parameterValue(name, record(parameters[name], name), scope.parameters[name]);
  }
  return attribute(name, 'Ref', scope);
}

function attribute(logicalId: string, name: unknown, scope: Scope): string {
  const resources = record(scope.stack.template.Resources ?? {}, 'Resources');
  const where = `${scope.stack.name}/${logicalId}`;
  const found = resources[logicalId];
  if (!isRecord(found)) throw new Error(`${where} is referred to and not in the template`);
  const type = text(found.Type, `the type of ${where}`);
  const properties = record(found.Properties ?? {}, `the properties of ${where}`);
  const property = (key: string) => scope.once(`${where}.${key}`, () => walk(properties[key], scope));
  const subject = { logicalId, type, stack: scope.stack.name, property };
  const value = identityOf(subject, scope.endpoints)[String(name)];
  if (value === undefined) throw new Error(`attribute ${String(name)} of ${type} ${where} is not known`);
  return value;
}

function imported(name: string, scope: Scope): unknown {
  for (const stack of scope.stacks) {
    for (const [key, output] of Object.entries(record(stack.template.Outputs ?? {}, 'Outputs'))) {
      if (!isRecord(output) || !isRecord(output.Export)) continue;
      const inside = { ...scope, stack };
      if (walk(output.Export.Name, inside) !== name) continue;
      return scope.once(`${stack.name} output ${key}`, () => walk(output.Value, inside));
    }
  }
  throw new Error(`Fn::ImportValue: no stack exports ${name}`);
}

function substitute(argument: unknown, scope: Scope): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = record(variables ?? {}, 'the variables of Fn::Sub');
  return text(template, 'Fn::Sub').replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal === '!') return `\${${name}}`;
    if (Object.hasOwn(own, name)) return text(walk(own[name], scope), `Fn::Sub ${name}`);
    const [logicalId, ...path] = name.trim().split('.');
    const value =
      path.length === 0 ? reference(name.trim(), scope) : attribute(String(logicalId), path.join('.'), scope);
    return text(value, `Fn::Sub ${name}`);
  });
}

function condition(name: string, scope: Scope): boolean {
  const declared = record(scope.stack.template.Conditions ?? {}, 'Conditions')[name];
  if (declared === undefined) throw new Error(`condition ${name} is not in stack ${scope.stack.name}`);
  return scope.once(`${scope.stack.name} condition ${name}`, () => truth(declared, scope)) === true;
}

function truth(node: unknown, scope: Scope): boolean {
  if (isRecord(node) && typeof node.Condition === 'string') return condition(node.Condition, scope);
  return walk(node, scope) === true;
}

function arguments_(argument: unknown, scope: Scope, name: string): readonly unknown[] {
  return list(walk(argument, scope), name);
}

function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${name} needs a list, found ${JSON.stringify(value)}`);
  return value;
}
