import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAssembly } from '../../local/build.ts';
import { startEnvironment } from '../../local/cloud/functions/environment.ts';
import { specOf } from '../../local/cloud/functions/spec.ts';
import { arnOf } from '../../local/cloud/template/identities.ts';
import { readTemplate } from '../../local/cloud/template/template.ts';
import { isRecord } from '../../local/cloud/template/values.ts';
import type { Resource } from '../../local/cloud/types.ts';
import type { TestDatabase } from '../support/dynamodb.ts';
import type { Answer } from '../support/rollback-tasks.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Nobody listens there: what a task asks anybody but the database fails. */
const NOBODY = 'http://127.0.0.1:9';

export type Bundles = {
  /** Calls the function that the machine calls by this name, from its bundle, in its environment. */
  readonly invoke: (name: string, payload: unknown) => Promise<Answer>;
  readonly close: () => Promise<void>;
};

/**
 * The functions behind the tasks of the rollback machine as they are synthesised: each from its bundle and with the
 * environment that the template gives it, but for its tables, which are those of this database.
 */
export async function bundlesAt(database: TestDatabase): Promise<Bundles> {
  const { assembly: folder } = await buildAssembly({ root: ROOT, log: () => {} });
  const parameters = { ForgeUrl: NOBODY, ArgocdUrl: NOBODY, PrometheusUrl: NOBODY, LedgerId: 'test' };
  const { resources, asset } = readTemplate({ folder, issuerUrl: NOBODY, apiUrl: NOBODY, parameters });
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-bundles-'));
  const key = { accessKeyId: 'test', secretAccessKey: 'test' };
  const options = { asset, dataDir, aws: database.url, speed: 1, credentialsOf: () => key };
  const environments = new Map<string, ReturnType<typeof startEnvironment>>();
  const started = (name: string) => {
    const { setup, variables, ...spec } = specOf(options, functionOf(resources, name));
    const ours = { ...variables, ...tablesOf(database, variables), POWERTOOLS_LOG_LEVEL: 'SILENT' };
    return startEnvironment(
      { ...spec, setup, variables: ours },
      () => {},
      () => {},
    );
  };
  return {
    invoke: async (name, payload) => {
      const environment = environments.get(name) ?? started(name);
      environments.set(name, environment);
      const outcome = await (await environment).run('aws-1', JSON.stringify(payload));
      if ('error' in outcome) return { FunctionError: 'Unhandled', Payload: outcome.error };
      return { Payload: JSON.parse(outcome.payload) };
    },
    close: async () => {
      for (const environment of environments.values()) await (await environment).close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What stands in the machine's definition for `${<name>Arn}`. */
function functionOf(resources: readonly Resource[], name: string): Resource {
  const arns = resources
    .filter(({ type }) => type === 'AWS::StepFunctions::StateMachine')
    .map(({ properties }) => properties.DefinitionSubstitutions)
    .flatMap((named) => (isRecord(named) ? [named[`${name}Arn`]] : []));
  const found = resources.find((each) => each.type === 'AWS::Lambda::Function' && arns.includes(arnOf(each)));
  if (found === undefined) throw new Error(`no machine of the assembly calls ${name}`);
  return found;
}

/** For each table that the function is told of, the name of ours. */
function tablesOf({ tables }: TestDatabase, variables: Readonly<Record<string, string>>) {
  const ours = Object.entries(tables).map(([table, name]) => [`${table.toUpperCase()}_TABLE`, name] as const);
  return Object.fromEntries(ours.filter(([variable]) => variable in variables));
}
