import { randomBytes, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { AwsFailure, type AwsService, type Resource } from '../types.ts';
import { type Json, jsonAt, need, numberAt, parseJson, textAt } from './shapes.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS secrets (
  arn TEXT PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL, version TEXT NOT NULL, createdAt REAL NOT NULL)`;

type Row = { arn: string; name: string; value: string; version: string; createdAt: number };

/** The secrets of the template. A value put here outlives restarts; the template's own value is only the first one. */
export function createSecrets(options: {
  readonly resources: readonly Resource[];
  readonly database: DatabaseSync;
  readonly arn: (resource: Resource) => string;
}): AwsService {
  const { database } = options;
  database.exec(SCHEMA);
  for (const resource of options.resources) {
    if (resource.type !== 'AWS::SecretsManager::Secret') continue;
    const arn = options.arn(resource);
    const name = textAt(resource.properties, 'Name') ?? resource.logicalId;
    database
      .prepare('INSERT OR IGNORE INTO secrets (arn, name, value, version, createdAt) VALUES (?, ?, ?, ?, ?)')
      .run(arn, name, firstValue(resource.properties), randomUUID(), seconds());
  }
  const actions: Readonly<Record<string, (secret: Row, input: Json) => unknown>> = {
    GetSecretValue: (secret) => ({
      ...named(secret),
      VersionId: secret.version,
      SecretString: secret.value,
      VersionStages: ['AWSCURRENT'],
      CreatedDate: secret.createdAt,
    }),
    PutSecretValue: (secret, input) => put(database, secret, need(input, 'SecretString')),
    DescribeSecret: (secret) => ({
      ...named(secret),
      VersionIdsToStages: { [secret.version]: ['AWSCURRENT'] },
    }),
  };
  return async (action, input) => {
    const run = actions[action];
    if (run === undefined) throw new AwsFailure('InvalidAction', `Secrets Manager ${action} is not run here`);
    const id = need(input, 'SecretId');
    const found = database.prepare('SELECT * FROM secrets WHERE arn = ? OR name = ?').get(id, id);
    if (found === undefined) {
      throw new AwsFailure('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    return run(found as Row, input);
  };
}

function named(secret: Row): Json {
  return { ARN: secret.arn, Name: secret.name };
}

function put(database: DatabaseSync, secret: Row, value: string): unknown {
  const version = randomUUID();
  database
    .prepare('UPDATE secrets SET value = ?, version = ?, createdAt = ? WHERE arn = ?')
    .run(value, version, seconds(), secret.arn);
  return { ...named(secret), VersionId: version, VersionStages: ['AWSCURRENT'] };
}

function firstValue(properties: Json): string {
  const given = textAt(properties, 'SecretString');
  if (given !== undefined) return given;
  const recipe = jsonAt(properties, 'GenerateSecretString');
  const made = randomBytes(64)
    .toString('hex')
    .slice(0, numberAt(recipe, 'PasswordLength') ?? 32);
  const key = textAt(recipe, 'GenerateStringKey');
  if (key === undefined) return made;
  const template = parseJson(textAt(recipe, 'SecretStringTemplate') ?? '{}');
  return JSON.stringify({ ...jsonAt({ template }, 'template'), [key]: made });
}

function seconds(): number {
  return Date.now() / 1000;
}
