import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** An error as Lambda or CloudWatch words it. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** A published version: the code of one commit, named in its description. */
export type Version = { readonly version: string; readonly sha: string; readonly description: string };

export type Alias = {
  readonly FunctionVersion: string;
  readonly Description: string;
  readonly RoutingConfig?: { readonly AdditionalVersionWeights: Readonly<Record<string, number>> };
  readonly RevisionId: string;
};
/** What UpdateAlias may change; what is absent stays. */
export type AliasChange = Partial<Alias>;

type Stored = { versions: Version[]; aliases: Record<string, Alias> };

export type Functions = {
  readonly has: (name: string) => boolean;
  readonly create: (name: string) => void;
  /** The next version; publishing what is the newest already answers that one, as on AWS. */
  readonly publish: (name: string, sha: string, description: string) => Version;
  readonly versions: (name: string) => readonly Version[];
  readonly createAlias: (name: string, alias: string, version: string) => void;
  readonly alias: (name: string, alias: string) => Alias;
  readonly updateAlias: (name: string, alias: string, change: AliasChange) => Alias;
  /** The version that takes a call: as the weights say, drawn anew for each. */
  readonly route: (name: string, alias: string) => { readonly version: Version; readonly split: boolean };
};

/** Functions with their versions and aliases, kept in a file. Throws Refused in AWS's words. */
export function createFunctions(file: string, random: () => number): Functions {
  const known = new Map<string, Stored>(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);
  const save = (): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify([...known]));
    renameSync(`${file}.new`, file);
  };
  const find = (name: string): Stored => known.get(name) ?? missing(`Function not found: ${name}`);
  const aliasOf = (name: string, alias: string): Alias =>
    find(name).aliases[alias] ?? missing(`Cannot find alias arn: ${name}:${alias}`);
  const put = (name: string, alias: string, next: Alias): Alias => {
    check(find(name), next);
    find(name).aliases[alias] = next;
    save();
    return next;
  };
  return {
    has: (name) => known.has(name),
    create: (name) => {
      if (!known.has(name)) known.set(name, { versions: [], aliases: {} });
      save();
    },
    publish: (name, sha, description) => {
      const { versions } = find(name);
      const newest = versions.at(-1);
      if (newest?.sha === sha) return newest;
      const version = { version: String(versions.length + 1), sha, description };
      versions.push(version);
      save();
      return version;
    },
    versions: (name) => find(name).versions,
    createAlias: (name, alias, version) =>
      void put(name, alias, { FunctionVersion: version, Description: '', RevisionId: randomUUID() }),
    alias: aliasOf,
    updateAlias: (name, alias, change) => {
      const before = aliasOf(name, alias);
      if (change.RevisionId !== undefined && change.RevisionId !== before.RevisionId) {
        const text = 'The Revision Id provided does not match the latest Revision Id.';
        throw new Refused('PreconditionFailedException', text, 412);
      }
      return put(name, alias, { ...before, ...change, RevisionId: randomUUID() });
    },
    route: (name, alias) => {
      const { FunctionVersion, RoutingConfig } = aliasOf(name, alias);
      const [other] = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
      const chosen = other !== undefined && random() < other[1] ? other[0] : FunctionVersion;
      return { version: versionOf(find(name), chosen), split: other !== undefined };
    },
  };
}

function check(stored: Stored, { FunctionVersion, Description, RoutingConfig }: Alias): void {
  const others = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
  for (const version of [FunctionVersion, ...others.map(([name]) => name)]) versionOf(stored, version);
  if (others.length > 1) invalid('An alias can have one additional version at most.');
  if (others.some(([name, weight]) => name === FunctionVersion || !(weight >= 0 && weight <= 1)))
    invalid('The additional version must be another one, with a weight between 0 and 1.');
  if (Description.length > 256) invalid('The description is longer than 256 characters.');
}

function versionOf({ versions }: Stored, version: string): Version {
  return versions.find((one) => one.version === version) ?? missing(`Function version ${version} not found`);
}

function missing(text: string): never {
  throw new Refused('ResourceNotFoundException', text, 404);
}

function invalid(text: string): never {
  throw new Refused('InvalidParameterValueException', text);
}
