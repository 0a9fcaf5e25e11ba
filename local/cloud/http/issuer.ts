import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { canonicalJson, sha256Hex } from '../../../shared/kernel/index.ts';
import { listAt, parseJson, textAt } from '../aws/shapes.ts';
import { identify } from '../template/identities.ts';
import type { Resource } from '../types.ts';

const TOKEN_SECONDS = 3600;
const PATH = /^\/issuer\/([\w-]+)\/(\.well-known\/openid-configuration|\.well-known\/jwks\.json|token)$/;

const POOL = 'local';

/** Where the issuer answers; also its `iss` claim. `base` is the address of the front door. */
export function issuerUrl(base: string): string {
  return `${base}/issuer/${POOL}`;
}

export type Issuer = {
  /** A token for one hour. `person` is the subject, `groups` are the roles. */
  readonly token: (person: string, groups: readonly string[]) => string;
  readonly page: (request: IncomingMessage, body: Buffer, response: ServerResponse) => boolean;
};

/**
 * Stands in for the template's user pool: discovery, keys, and a token for whoever asks on loopback. Its key lies in the
 * data folder, so tokens outlive a restart and are worth nothing elsewhere.
 */
export function createIssuer(options: {
  readonly resources: readonly Resource[];
  readonly dataDir: string;
  /** Address of the front door. */
  readonly base: string;
  readonly now: () => number;
}): Issuer {
  const key = signingKey(options.dataDir);
  const client = options.resources.find(({ type }) => type === 'AWS::Cognito::UserPoolClient');
  const audience = client === undefined ? 'local' : (identify(client).Ref ?? 'local');
  const issuer = issuerUrl(options.base);
  const jwk = { ...createPublicKey(key).export({ format: 'jwk' }), alg: 'ES256', use: 'sig' };
  const kid = sha256Hex(canonicalJson(jwk)).slice(0, 16);
  const token: Issuer['token'] = (person, groups) => {
    const iat = Math.floor(options.now() / 1000);
    return signed(key, kid, {
      iss: issuer,
      aud: audience,
      sub: person,
      'cognito:username': person,
      'cognito:groups': groups,
      token_use: 'id',
      iat,
      auth_time: iat,
      exp: iat + TOKEN_SECONDS,
    });
  };
  const documents: Readonly<Record<string, unknown>> = {
    '.well-known/openid-configuration': {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['ES256'],
    },
    '.well-known/jwks.json': { keys: [{ ...jwk, kid }] },
  };
  return {
    token,
    page: (request, body, response) => {
      const [, asked, what = ''] = PATH.exec(request.url ?? '') ?? [];
      if (asked !== POOL) return false;
      const document = what === 'token' ? tokenAnswer(token, body) : documents[what];
      response.writeHead(document === undefined ? 400 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(document ?? { message: 'person (text) and groups (list) are needed' }));
      return true;
    },
  };
}

function tokenAnswer(token: Issuer['token'], body: Buffer): unknown {
  const asked = parseJson(body.toString('utf8'));
  const person = textAt(asked, 'person');
  if (person === undefined || person === '') return undefined;
  const id = token(person, listAt(asked, 'groups').map(String));
  return { id_token: id, token_type: 'Bearer', expires_in: TOKEN_SECONDS };
}

function signed(key: ReturnType<typeof signingKey>, kid: string, claims: unknown): string {
  const head = [{ alg: 'ES256', typ: 'JWT', kid }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const text = head.join('.');
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

function signingKey(dataDir: string) {
  const file = join(dataDir, 'issuer-key.pem');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  }
  return createPrivateKey(readFileSync(file, 'utf8'));
}
