import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { startApps } from '../../local/sandbox/forge/apps.ts';
import { startTokens } from '../../local/sandbox/forge/tokens.ts';
import { secretsIn } from './secrets-in.ts';

const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

test('a secret of the run is found where it stands, by its name, and nothing else is', () => {
  const said = new Map([
    ['logs', 'all is well'],
    ['events', JSON.stringify({ detail: { why: 'refused hunter-22' } })],
  ]);
  const secrets = [['github', 'hunter-22'] as const, ['slack', 'hunter-23'] as const];
  expect(secretsIn(said, secrets)).toEqual(['github in events']);
});

test.each([
  ['an installation token', String(minted())],
  ["a person's token", startTokens({ token: 't' }, 'bot').tokenOf('dana')],
  ['a signed token', `eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI3In0xyz.${'s'.repeat(43)}`],
  ['a private key', JSON.stringify({ key: pair.privateKey })],
])('%s is found though nobody told that it was given out', (what, secret) => {
  const said = new Map([['forge', JSON.stringify([{ body: `see ${secret}` }])]]);
  expect(secretsIn(said, [])).toEqual([`${what} in forge`]);
});

/** As the sandbox forge gives it to an app. */
function minted(): unknown {
  const app = { appId: 7, installationId: 42, publicKey: pair.publicKey };
  return startApps(app, 'bot', Date.now).issue(42, {}).token;
}
