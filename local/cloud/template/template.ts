import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from '../types.ts';
import type { Endpoints } from './identities.ts';
import { createResolver, type Resolver, type Stack } from './resolver.ts';
import { isRecord, record, text } from './values.ts';

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
  /** Where a resource's code lies on this machine: a function's folder, or a machine's definition file. */
  readonly asset: (resource: Resource) => string;
};

/**
 * Reads every stack of a cloud assembly and resolves it as CloudFormation would on a first deployment.
 * Throws one error that lists every value that cannot be resolved, each with its stack and logical id.
 */
export function readTemplate(options: TemplateOptions): Template {
  const assembly = readAssembly(options.folder);
  const parameters = options.parameters ?? {};
  refuseUnknown(parameters, assembly.stacks);
  const resolver = createResolver({ stacks: assembly.stacks, parameters, endpoints: options });
  const problems: string[] = [];
  const attempt = <T>(where: string, make: () => T): readonly T[] => {
    try {
      return [make()];
    } catch (cause) {
      problems.push(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`);
      return [];
    }
  };
  const resources = assembly.stacks.flatMap((stack) =>
    section(stack, 'Resources').flatMap(([logicalId, declared]) =>
      attempt(`${stack.name}/${logicalId}`, () => readResource(logicalId, declared, stack, resolver)).flat(),
    ),
  );
  const outputs = assembly.stacks.flatMap((stack) =>
    section(stack, 'Outputs').flatMap(([name, declared]) =>
      attempt(
        `${stack.name} output ${name}`,
        () => [`${stack.name}.${name}`, resolver.resolve(declared.Value, stack)] as const,
      ),
    ),
  );
  if (problems.length > 0) throw new Error(`the template cannot be resolved:\n${problems.join('\n')}`);
  return {
    resources,
    outputs: Object.fromEntries(outputs),
    asset: (resource) => assetOf(resource, assembly.assets),
  };
}

/** The resources that the local cloud does not run, as lines to print at start. */
export function unsupported(
  resources: readonly Resource[],
  supportedTypes: ReadonlySet<string>,
): readonly string[] {
  return resources
    .filter(({ type }) => !supportedTypes.has(type))
    .map(({ type, logicalId, path }) => `${type} ${logicalId} (${path})`);
}

type Assembly = { readonly stacks: readonly Stack[]; readonly assets: ReadonlyMap<string, string> };

function readAssembly(folder: string): Assembly {
  const artifacts = Object.entries(record(readJson(join(folder, 'manifest.json')).artifacts, 'artifacts'));
  const stacks: Stack[] = [];
  const assets = new Map<string, string>();
  for (const [id, artifact] of artifacts) {
    const { type, properties } = record(artifact, `artifact ${id}`);
    if (type === 'cdk:cloud-assembly') throw new Error(`the nested assembly ${id} is not run locally`);
    if (!isRecord(properties)) continue;
    if (type === 'aws:cloudformation:stack') {
      const template = readJson(join(folder, text(properties.templateFile, `template of ${id}`)));
      stacks.push({ name: text(properties.stackName ?? id, `name of ${id}`), template });
    }
    if (type === 'cdk:asset-manifest') addAssets(folder, text(properties.file, `assets of ${id}`), assets);
  }
  return { stacks, assets };
}

function addAssets(folder: string, file: string, assets: Map<string, string>): void {
  for (const [id, asset] of Object.entries(record(readJson(join(folder, file)).files ?? {}, 'files'))) {
    const { source, destinations } = record(asset, `asset ${id}`);
    const path = record(source, `source of asset ${id}`).path;
    for (const destination of Object.values(record(destinations, `destinations of asset ${id}`))) {
      const key = text(record(destination, `destination of asset ${id}`).objectKey, `key of asset ${id}`);
      if (path !== undefined) assets.set(key, join(folder, text(path, `path of asset ${id}`)));
    }
  }
}

function refuseUnknown(parameters: Readonly<Record<string, string>>, stacks: readonly Stack[]): void {
  const declared = new Set(
    stacks.flatMap((stack) => Object.keys(record(stack.template.Parameters ?? {}, 'Parameters'))),
  );
  const unknown = Object.keys(parameters).filter((name) => !declared.has(name));
  if (unknown.length > 0) {
    throw new Error(
      `no stack declares the parameter ${unknown.join(', ')}; known are ${[...declared].join(', ')}`,
    );
  }
}

function readResource(
  logicalId: string,
  declared: Record<string, unknown>,
  stack: Stack,
  resolver: Resolver,
): readonly Resource[] {
  if (typeof declared.Condition === 'string' && !resolver.holds(declared.Condition, stack)) return [];
  const path = isRecord(declared.Metadata) ? declared.Metadata['aws:cdk:path'] : undefined;
  return [
    {
      logicalId,
      type: text(declared.Type, `the type of ${logicalId}`),
      stack: stack.name,
      path: typeof path === 'string' ? path : `${stack.name}/${logicalId}`,
      properties: record(
        resolver.resolve(declared.Properties ?? {}, stack),
        `the properties of ${logicalId}`,
      ),
    },
  ];
}

function assetOf({ logicalId, properties }: Resource, assets: ReadonlyMap<string, string>): string {
  const code = isRecord(properties.Code) ? properties.Code.S3Key : undefined;
  const definition = isRecord(properties.DefinitionS3Location)
    ? properties.DefinitionS3Location.Key
    : undefined;
  const found = assets.get(String(code ?? definition));
  if (found === undefined) throw new Error(`${logicalId} has no asset in the cloud assembly`);
  return found;
}

function section(stack: Stack, name: string): readonly (readonly [string, Record<string, unknown>])[] {
  const entries = Object.entries(record(stack.template[name] ?? {}, name));
  return entries.map(([key, value]) => [key, record(value, `${stack.name}/${key}`)]);
}

function readJson(file: string): Record<string, unknown> {
  return record(JSON.parse(readFileSync(file, 'utf8')), file);
}
