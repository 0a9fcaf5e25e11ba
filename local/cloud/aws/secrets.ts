import type { DatabaseSync } from 'node:sqlite';
import { arnOf } from '../template/identities.ts';
import { AwsFailure, type AwsService, type Resource } from '../types.ts';
import { need, textAt } from './shapes.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS secrets (
  arn TEXT PRIMARY KEY, value TEXT NOT NULL)`;

/** The secrets of the template. A value put here outlives restarts; the template's own value is only the first one. */
export function createSecrets(resources: readonly Resource[], database: DatabaseSync): AwsService {
  database.exec(SCHEMA);
  const first = database.prepare('INSERT OR IGNORE INTO secrets VALUES (?, ?)');
  for (const resource of resources) {
    if (resource.type !== 'AWS::SecretsManager::Secret') continue;
    const value = textAt(resource.properties, 'SecretString');
    if (value === undefined)
      throw new Error(`${resource.logicalId}: a secret without SecretString is not run`);
    first.run(arnOf(resource), value);
  }
  const read = database.prepare('SELECT value FROM secrets WHERE arn = ?');
  const write = database.prepare('UPDATE secrets SET value = ? WHERE arn = ?');
  return async (action, input) => {
    const ARN = need(input, 'SecretId');
    const found = read.get(ARN);
    if (found === undefined) {
      throw new AwsFailure('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    if (action === 'GetSecretValue') return { ARN, SecretString: found.value };
    if (action !== 'PutSecretValue') {
      throw new AwsFailure('InvalidAction', `Secrets Manager ${action} is not run here`);
    }
    write.run(need(input, 'SecretString'), ARN);
    return { ARN };
  };
}
