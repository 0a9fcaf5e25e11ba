import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { Fault } from '../../kernel/index.ts';
import { CLIENT_SETTINGS } from './clients.ts';
import { awsCall } from './failures.ts';

/** The one value that is no text: the credentials of a GitHub App, handed on as their JSON. */
const App = z.object({
  appId: z.union([z.string(), z.number()]),
  privateKey: z.string(),
  installationId: z.union([z.string(), z.number()]),
});
const Value = z.union([z.string(), App.transform((value) => JSON.stringify(value))]);
const Secrets = z.record(z.string(), z.union([z.array(Value), Value]));

/** A client for this container. */
export const secretsClient = (): SecretsManagerClient => new SecretsManagerClient(CLIENT_SETTINGS);

/** The values under a name, newest first; a list while a secret is rotated. Empty when there is none. */
export type SecretsReader = (name: string) => Promise<readonly string[]>;

/**
 * One secret of Secrets Manager that holds a JSON document `{name: value | [values]}`, a value being a text or the
 * credentials of an app; read once per container. A read that failed is tried again by the next caller. Throws Fault: Unavailable,
 * PermissionDenied, Malformed (without the content).
 */
export function secretsReader(deps: {
  readonly client: SecretsManagerClient;
  readonly secretId: string;
}): SecretsReader {
  let cached: Promise<z.infer<typeof Secrets>> | undefined;
  const read = async (): Promise<z.infer<typeof Secrets>> => {
    cached ??= fetchSecrets(deps.client, deps.secretId);
    try {
      return await cached;
    } catch (thrown) {
      cached = undefined;
      throw thrown;
    }
  };
  return async (name) => {
    const secrets = await read();
    const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    return [value ?? []].flat().filter((secret) => secret !== '');
  };
}

async function fetchSecrets(
  client: SecretsManagerClient,
  secretId: string,
): Promise<z.infer<typeof Secrets>> {
  const command = new GetSecretValueCommand({ SecretId: secretId });
  const { SecretString } = await awsCall('GetSecretValue', () => client.send(command));
  const parsed = Secrets.safeParse(jsonOf(SecretString ?? ''));
  if (parsed.success) return parsed.data;
  // Neither cause nor issues: they could carry the secret into a log.
  throw new Fault('Malformed', 'the secret is no JSON document of names and values');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
