import {
  type SecretsReader,
  secretsClient,
  secretsReader,
} from '../../shared/adapters/aws/secrets-reader.ts';
import { Fault } from '../../shared/kernel/index.ts';
import { once, required } from './environment.ts';
import { clock } from './world.ts';

const REREAD_MILLISECONDS = 60_000;

/** What senders of webhooks prove themselves with, by source. */
export const webhookSecrets = once(() => reader('WEBHOOK_SECRETS'));

/** Our own tokens at outside systems: github, argocd, prometheus. */
export const integrationSecrets = once(() => reader('INTEGRATION_SECRETS'));

/** The newest value under `github`: a token, or the JSON of an app. Throws Fault PermissionDenied when none is set. */
export async function githubSecret(): Promise<string> {
  const [newest] = await integrationSecrets()('github');
  if (newest === undefined) throw new Fault('PermissionDenied', 'no token is set for github');
  return newest;
}

/** The newest token of a system. Throws Fault('PermissionDenied') when none is set: an empty one would be refused anyway. */
export function token(system: string): () => Promise<string> {
  return async () => {
    const [newest] = await integrationSecrets()(system);
    if (newest === undefined) throw new Fault('PermissionDenied', `no token is set for ${system}`);
    return newest;
  };
}

/** Reads again after a minute: a secret that was rotated, or set after the first delivery, counts without a new container. */
function reader(name: string): SecretsReader {
  const client = secretsClient();
  const secretId = required(name);
  let held: { readonly read: SecretsReader; readonly at: number } | undefined;
  return async (key) => {
    const now = clock();
    if (held === undefined || now - held.at > REREAD_MILLISECONDS) {
      held = { read: secretsReader({ client, secretId }), at: now };
    }
    return await held.read(key);
  };
}
