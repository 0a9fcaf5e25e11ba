import { readFileSync } from 'node:fs';
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
  const { stacks, assets } = readAssembly(options.folder);
  const parameters = options.parameters ?? {};
  refuseUnknown(parameters, stacks);
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
  return { resources, outputs: Object.fromEntries(outputs), asset: (resource) => assetOf(resource, assets) };
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
  const stacks: Stack[] = [];
  const assets = new Map<string, string>();
  const artifacts = record(readJson(join(folder, 'manifest.json')).artifacts, 'artifacts');
  for (const [id, artifact] of Object.entries(artifacts)) {
    const { type, properties = {} } = record(artifact, `artifact ${id}`);
    if (type === 'cdk:cloud-assembly') throw new Error(`the nested assembly ${id} is not run locally`);
    const { templateFile, stackName = id, file } = record(properties, `properties of ${id}`);
    if (type === 'aws:cloudformation:stack') {
      const template = readJson(join(folder, text(templateFile, `template of ${id}`)));
      stacks.push({ name: text(stackName, `name of ${id}`), template });
    }
    if (type === 'cdk:asset-manifest') addAssets(folder, text(file, `assets of ${id}`), assets);
  }
  return { stacks, assets };
}

function addAssets(folder: string, file: string, assets: Map<string, string>): void {
  for (const [id, asset] of Object.entries(record(readJson(join(folder, file)).files ?? {}, 'files'))) {
    const { source, destinations } = record(asset, `asset ${id}`);
    const path = text(record(source, `source of asset ${id}`).path, `path of asset ${id}`);
    for (const destination of Object.values(record(destinations, `destinations of asset ${id}`))) {
      const key = text(record(destination, `destination of asset ${id}`).objectKey, `key of asset ${id}`);
      assets.set(key, join(folder, path));
    }
  }
}

function refuseUnknown(parameters: Readonly<Record<string, string>>, stacks: readonly Stack[]): void {
  const declared = stacks.flatMap(({ template }) =>
    Object.keys(record(template.Parameters ?? {}, 'Parameters')),
  );
  const unknown = Object.keys(parameters).filter((name) => !declared.includes(name));
  if (unknown.length === 0) return;
  throw new Error(`no stack declares the parameter ${unknown.join(', ')}; known are ${declared.join(', ')}`);
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

/** The code of a function. */
function assetOf({ logicalId, properties }: Resource, assets: ReadonlyMap<string, string>): string {
  const found = assets.get(String(isRecord(properties.Code) ? properties.Code.S3Key : undefined));
  if (found === undefined) throw new Error(`${logicalId} has no asset in the cloud assembly`);
  return found;
}

function readJson(file: string): Record<string, unknown> {
  return record(JSON.parse(readFileSync(file, 'utf8')), file);
}
