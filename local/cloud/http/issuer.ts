import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, sha256Hex } from '../../../shared/kernel/index.ts';
import type { Answer } from '../aws/front-door.ts';
import { listAt, parseJson, textAt } from '../aws/shapes.ts';
import { identify } from '../template/identities.ts';
import type { Resource } from '../types.ts';

const TOKEN_SECONDS = 3600;

/** Where the issuer answers; also its `iss` claim. `base` is the address of the front door. */
export function issuerUrl(base: string): string {
  return `${base}/issuer/local`;
}

/**
 * Stands in for the template's user pool: discovery, keys, and a token for whoever asks on loopback. Its key lies in the
 * data folder, so tokens outlive a restart and are worth nothing elsewhere.
 */
export function createIssuer(options: {
  readonly resources: readonly Resource[];
  readonly dataDir: string;
  /** Address of the front door. */
  readonly aws: string;
}) {
  const key = signingKey(options.dataDir);
  const client = options.resources.find(({ type }) => type === 'AWS::Cognito::UserPoolClient');
  const aud = client === undefined ? 'local' : identify(client).Ref;
  const iss = issuerUrl(options.aws);
  const jwk = { ...createPublicKey(key).export({ format: 'jwk' }), alg: 'ES256', use: 'sig' };
  const kid = sha256Hex(canonicalJson(jwk)).slice(0, 16);
  const signed = (claims: unknown): string => {
    const parts = [{ alg: 'ES256', typ: 'JWT', kid }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const text = parts.join('.');
    const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  };
  /** A token for one hour. `person` is the subject, `groups` are the roles. */
  const token = (person: string, groups: readonly string[]): string => {
    const iat = Math.floor(Date.now() / 1000);
    return signed({
      ...{ iss, aud, sub: person, iat, auth_time: iat, exp: iat + TOKEN_SECONDS, token_use: 'id' },
      'cognito:username': person,
      'cognito:groups': groups,
    });
  };
  const pages: Readonly<Record<string, (body: Buffer) => unknown>> = {
    '/issuer/local/.well-known/openid-configuration': () => ({
      issuer: iss,
      jwks_uri: `${iss}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['ES256'],
    }),
    '/issuer/local/.well-known/jwks.json': () => ({ keys: [{ ...jwk, kid }] }),
    '/issuer/local/token': (body) => {
      const asked = parseJson(body.toString('utf8'));
      const person = textAt(asked, 'person') ?? '';
      if (person === '') return undefined;
      const groups = listAt(asked, 'groups').map(String);
      return { id_token: token(person, groups), token_type: 'Bearer', expires_in: TOKEN_SECONDS };
    },
  };
  return {
    token,
    /** The answer to a request for one of its paths; undefined for any other path. */
    page: (path: string, body: Buffer): Answer | undefined => {
      const page = pages[path];
      if (page === undefined) return undefined;
      const found = page(body);
      return {
        status: found === undefined ? 400 : 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(found ?? { message: 'person (text) and groups (list) are needed' }),
      };
    },
  };
}

function signingKey(dataDir: string) {
  const file = join(dataDir, 'issuer-key.pem');
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  }
  return createPrivateKey(readFileSync(file, 'utf8'));
}
