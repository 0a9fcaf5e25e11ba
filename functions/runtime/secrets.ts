import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/clients.ts';
import { type SecretsReader, secretsReader } from '../../shared/adapters/aws/secrets-reader.ts';
import { once, required } from './environment.ts';

/** What senders of webhooks prove themselves with, by source. */
export const webhookSecrets = once(() => reader('WEBHOOK_SECRETS'));

/** Our own tokens at outside systems: github, argocd, prometheus. */
export const integrationSecrets = once(() => reader('INTEGRATION_SECRETS'));

function reader(name: string): SecretsReader {
  return secretsReader({ client: new SecretsManagerClient(CLIENT_SETTINGS), secretId: required(name) });
}
