import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from '../types.ts';
import type { Endpoints } from './identities.ts';
import { createResolver, type Resolver, type Stack } from './resolver.ts';
import { isRecord, type Json, record, text } from './values.ts';

export type TemplateOptions = Endpoints & {
  /** The cloud assembly that `cdk synth` wrote (cdk.out). */
  readonly folder: string;
  /** Values of stack parameters by name; a name that no stack declares is an error. */
  readonly parameters?: Readonly<Record<string, string>>;
};

export type Template = {
  readonly resources: readonly Resource[];
  /** The stacks' outputs by `<stack>.<name>`. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The folder of a function's code on this machine. */
  readonly asset: (resource: Resource) => string;
};

/**
 * Reads every stack of a cloud assembly and resolves it as CloudFormation would on a first deployment.
 * Throws one error that lists every value that cannot be resolved, each with its stack and logical id.
 */
export function readTemplate(options: TemplateOptions): Template {
  const stacks = readStacks(options.folder);
  const parameters = options.parameters ?? {};
  const known = stacks.flatMap(({ template }) =>
    Object.keys(record(template.Parameters ?? {}, 'Parameters')),
  );
  const unknown = Object.keys(parameters).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`no stack declares the parameter ${unknown.join(', ')}; known are ${known.join(', ')}`);
  }
  const resolver = createResolver({ stacks, parameters, endpoints: options });
  const problems: string[] = [];
  const each = <T>(name: string, make: (id: string, declared: Json, stack: Stack) => readonly T[]) =>
    stacks.flatMap((stack) =>
      Object.entries(record(stack.template[name] ?? {}, name)).flatMap(([id, declared]) => {
        try {
          return make(id, record(declared, id), stack);
        } catch (cause) {
          problems.push(`${stack.name}/${id}: ${cause instanceof Error ? cause.message : String(cause)}`);
          return [];
        }
      }),
    );
  const resources = each('Resources', (id, declared, stack) => readResource(id, declared, stack, resolver));
  const outputs = each('Outputs', (id, declared, stack) => [
    [`${stack.name}.${id}`, resolver.resolve(declared.Value, stack)] as const,
  ]);
  if (problems.length > 0) throw new Error(`the template cannot be resolved:\n${problems.join('\n')}`);
  return {
    resources,
    outputs: Object.fromEntries(outputs),
    asset: (resource) => assetOf(resource, options.folder),
  };
}

/** The resources that the local cloud does not run, as lines to print at start. */
export function unsupported(resources: readonly Resource[], run: ReadonlySet<string>): readonly string[] {
  return resources
    .filter(({ type }) => !run.has(type))
    .map(({ type, logicalId, path }) => `${type} ${logicalId} (${path})`);
}

function readStacks(folder: string): readonly Stack[] {
  const artifacts = record(readJson(join(folder, 'manifest.json')).artifacts, 'artifacts');
  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    const { type, properties } = record(artifact, `artifact ${id}`);
    if (type === 'cdk:cloud-assembly') throw new Error(`the nested assembly ${id} is not run locally`);
    if (type !== 'aws:cloudformation:stack') return [];
    const { templateFile, stackName = id } = record(properties, `properties of ${id}`);
    const template = readJson(join(folder, text(templateFile, `template of ${id}`)));
    return [{ name: text(stackName, `name of ${id}`), template }];
  });
}

function readResource(
  logicalId: string,
  declared: Json,
  stack: Stack,
  resolver: Resolver,
): readonly Resource[] {
  if (typeof declared.Condition === 'string' && !resolver.holds(declared.Condition, stack)) return [];
  const metadata = record(declared.Metadata ?? {}, `the metadata of ${logicalId}`);
  return [
    {
      logicalId,
      type: text(declared.Type, `the type of ${logicalId}`),
      stack: stack.name,
      path: text(metadata['aws:cdk:path'] ?? `${stack.name}/${logicalId}`, `the path of ${logicalId}`),
      properties: record(resolver.resolve(declared.Properties ?? {}, stack), `properties of ${logicalId}`),
    },
  ];
}

/** The code of a function: CDK names the folder of an asset by the hash that is also its key. */
function assetOf({ logicalId, properties }: Resource, assembly: string): string {
  const key = isRecord(properties.Code) ? String(properties.Code.S3Key) : '';
  const folder = join(assembly, `asset.${key.replace(/\.zip$/, '')}`);
  if (!existsSync(folder)) throw new Error(`${logicalId} has no asset in the cloud assembly`);
  return folder;
}

function readJson(file: string): Record<string, unknown> {
  return record(JSON.parse(readFileSync(file, 'utf8')), file);
}
