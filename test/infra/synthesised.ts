import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { standInAssembly } from '../support/stand-in-assembly.ts';

export type CfnResource = {
  readonly stack: string;
  readonly logicalId: string;
  readonly path: string;
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
};

export const STACKS = [
  'HoldfastData',
  'HoldfastControlPlane',
  'HoldfastDeployments',
  'HoldfastLedger',
  'HoldfastObservability',
] as const;

const directory = await standInAssembly();

/** Every resource of the synthesised app. Bundles are stood in for by empty files, one for each handler that exists. */
export function synthesise(): readonly CfnResource[] {
  return STACKS.flatMap((stack) => resourcesOf(stack));
}

function resourcesOf(stack: string): readonly CfnResource[] {
  const template = JSON.parse(readFileSync(join(directory, `${stack}.template.json`), 'utf8'));
  const declared = { ...template.Resources, ...parametersOf(template.Parameters) };
  return Object.entries<Record<string, unknown>>(declared).map(([logicalId, resource]) => ({
    Type: '',
    Properties: {},
    ...resource,
    stack,
    logicalId,
    path: String((resource.Metadata as Record<string, unknown> | undefined)?.['aws:cdk:path'] ?? logicalId),
  }));
}

/** A parameter as a resource of type `Parameter`, without those CDK adds itself. */
function parametersOf(parameters: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const own = Object.entries(parameters).filter(([name]) => name !== 'BootstrapVersion');
  return Object.fromEntries(own.map(([name, Properties]) => [name, { Type: 'Parameter', Properties }]));
}

export function ofType(resources: readonly CfnResource[], type: string): readonly CfnResource[] {
  return resources.filter((resource) => resource.Type === type);
}

/** A value with its intrinsics written out, so that it can be read and compared: `${Decisions.Arn}`, `${import Table}`. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = [], ...others] = Object.entries(value);
  if (others.length > 0 || name === undefined) return plainMembers(value);
  switch (name) {
    case 'Ref':
      return `\${${argument}}`;
    case 'Fn::GetAtt':
      return `\${${(argument as string[]).join('.')}}`;
    case 'Fn::ImportValue':
      return `\${import ${String(argument).replace(/^.*ExportsOutput/, '')}}`;
    case 'Fn::Join':
      return ((argument as [string, unknown[]])[1].map(plain) as string[]).join(
        (argument as [string, unknown[]])[0],
      );
    default:
      return plainMembers(value);
  }
}

function plainMembers(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

export type Statement = {
  /** The construct path of the role that holds it, or of the resource whose policy it is. */
  readonly of: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition?: unknown;
};

/** Every statement that a role of ours holds. */
export function roleStatements(resources: readonly CfnResource[]): readonly Statement[] {
  const roles = new Map(
    ofType(resources, 'AWS::IAM::Role').map((role) => [`\${${role.logicalId}}`, role.path]),
  );
  return ofType(resources, 'AWS::IAM::Policy').flatMap(({ Properties }) => {
    const holders = (plain(Properties.Roles) as string[]).map((role) => roles.get(hereOf(role)) ?? role);
    return holders.flatMap((of) => statementsOf(of, Properties.PolicyDocument));
  });
}

/** A role of another stack by the name it has there: an export is its logical id and eight digits. */
function hereOf(role: string): string {
  const [, imported] = /^\$\{import Ref(\w+)[0-9A-F]{8}\}$/.exec(role) ?? [];
  return imported === undefined ? role : `\${${imported}}`;
}

function statementsOf(of: string, document: unknown): readonly Statement[] {
  const { Statement } = plain(document) as { Statement: Record<string, unknown>[] };
  return Statement.map((statement) => ({
    of: of.replace(/\/Resource$/, ''),
    effect: String(statement.Effect),
    actions: [statement.Action].flat().map(String).sort(),
    resources: [statement.Resource].flat().map(String).sort(),
    ...(statement.Condition !== undefined && { condition: statement.Condition }),
  }));
}
