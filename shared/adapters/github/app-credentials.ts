import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';

/** A GitHub App and where it is installed. */
export type AppCredentials = {
  readonly appId: string;
  /** PEM, as GitHub hands it out (PKCS #1) or converted to PKCS #8. */
  readonly privateKey: string;
  readonly installationId: number;
};

const Credentials = z.object({
  appId: z.coerce.string().regex(/^[\w.-]{1,64}$/),
  privateKey: z.string().includes('PRIVATE KEY'),
  installationId: z.coerce.number().int().positive(),
});

const BACK_SECONDS = 60; // clocks differ, and GitHub refuses a token from its future
const LIFE_SECONDS = 540; // GitHub allows ten minutes from its own clock

/**
 * What stands in the secret under `github`: the JSON of an app, or else a token as it is. Throws Fault Malformed,
 * without the content, when it is an object of another form.
 */
export function readCredentials(secret: string): AppCredentials | string {
  if (!secret.trimStart().startsWith('{')) return secret;
  const parsed = Credentials.safeParse(jsonOf(secret));
  if (parsed.success) return parsed.data;
  // neither cause nor issues: they could carry the key into a log
  throw new Fault('Malformed', 'the secret of GitHub is no {appId, privateKey, installationId}');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The app's own token (a JWT, RS256), good for nine minutes from now. Throws Fault PermissionDenied for a key that is none. */
export function appJwt(credentials: AppCredentials, nowMs: number): string {
  const now = Math.floor(nowMs / 1000);
  const claims = { iss: credentials.appId, iat: now - BACK_SECONDS, exp: now + LIFE_SECONDS };
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), keyOf(credentials)).toString('base64url');
  return `${signed}.${signature}`;
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Secrets are pasted: line ends may stand in them as two characters. */
function keyOf({ privateKey }: AppCredentials): KeyObject {
  try {
    return createPrivateKey(privateKey.replaceAll(String.raw`\n`, '\n'));
  } catch {
    throw new Fault('PermissionDenied', 'the private key of the GitHub App cannot be read');
  }
}
