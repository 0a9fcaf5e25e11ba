import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import * as z from 'zod';
import { cliError, EXIT } from './command.ts';
import type { Io } from './io.ts';
import type { Session } from './session.ts';

/** The callback that is registered at the issuer. */
const CALLBACK_PORT = 4760;
const WAIT_MS = 300_000;

const Metadata = z.looseObject({ authorization_endpoint: z.url(), token_endpoint: z.url() });
const Tokens = z.looseObject({ id_token: z.string(), expires_in: z.number() });

/**
 * Authorization code with PKCE (RFC 7636) on a loopback redirect (RFC 8252): prints the address to open, waits up to
 * five minutes for the answer. Throws a CliError when the issuer refuses or nothing comes.
 */
export async function signInWithBrowser(
  io: Io,
  target: { readonly issuer: string; readonly client: string; readonly api: string },
): Promise<Session> {
  const metadata = Metadata.parse(
    await getJson(`${target.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`),
  );
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const redirect = `http://localhost:${CALLBACK_PORT}/callback`;
  const address = new URL(metadata.authorization_endpoint);
  address.search = new URLSearchParams({
    response_type: 'code',
    client_id: target.client,
    redirect_uri: redirect,
    scope: 'openid',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  io.say(`open this address to sign in:\n  ${address.href}`);
  const code = await waitForCode(state);
  const response = await fetch(metadata.token_endpoint, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: target.client,
      redirect_uri: redirect,
      code,
      code_verifier: verifier,
    }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw cliError(`the issuer refused the code (${response.status})`, EXIT.no);
  const tokens = Tokens.parse(await response.json());
  return {
    api: target.api.replace(/\/$/, ''),
    token: tokens.id_token,
    expiresAt: Date.now() + tokens.expires_in * 1000,
  };
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw cliError(`${url} answered ${response.status}`, EXIT.unreachable);
  return response.json();
}

function waitForCode(state: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
      const code = query.get('code');
      const mine = query.get('state') === state && code !== null;
      response.writeHead(mine ? 200 : 400, { 'content-type': 'text/plain' });
      response.end(mine ? 'Signed in. You can close this page.' : 'This is not the answer to this sign-in.');
      if (!mine) return;
      finish();
      resolve(code);
    });
    const timer = setTimeout(() => {
      finish();
      reject(cliError('nobody signed in within five minutes', EXIT.no));
    }, WAIT_MS);
    const finish = () => {
      clearTimeout(timer);
      server.close();
    };
    server.on('error', (cause) => {
      clearTimeout(timer);
      reject(Object.assign(cliError(`port ${CALLBACK_PORT} is taken`, EXIT.no), { cause }));
    });
    server.listen(CALLBACK_PORT, '127.0.0.1');
  });
}
