import { randomUUID, verify } from 'node:crypto';
import type { Actor, Level, Permissions } from './access.ts';
import { GithubRefusal, notFound } from './refusal.ts';

/** A GitHub App and its one installation, as somebody set them up. */
export type AppOptions = {
  readonly appId: number;
  /** PEM; what the app signs with stays with the app. */
  readonly publicKey: string;
  readonly installationId: number;
  /** What the installation was granted; absent: everything that Holdfast asks for. */
  readonly permissions?: Permissions;
  /** Full names; absent: all. */
  readonly repositories?: readonly string[];
};
type Fields = Readonly<Record<string, unknown>>;
type Grant = { readonly actor: Actor; readonly until: number };

export type Apps = {
  /** From now on this is the bot's app. */
  readonly install: (app: AppOptions) => void;
  /** Throws 401 unless the token is an app's own, signed by it and fresh. */
  readonly authenticate: (jwt: string) => void;
  readonly issue: (installationId: number, wanted: Fields) => Fields;
  /** Who an installation token stands for; undefined when it is none or has ended. */
  readonly actorOf: (token: string) => Actor | undefined;
  /** Ends all tokens that were given out, as a revocation does. */
  readonly revoke: () => void;
};

const HOUR_MS = 3_600_000;
const LONGEST_SECONDS = 600;
const GRANTED: Permissions = {
  contents: 'write',
  pull_requests: 'write',
  issues: 'write',
  merge_queues: 'write',
  checks: 'read',
  statuses: 'read',
  metadata: 'read',
  administration: 'read',
};

export function startApps(first: AppOptions | undefined, login: string, now: () => number): Apps {
  let app = first;
  const grants = new Map<string, Grant>();
  return {
    install: (another) => {
      app = another;
    },
    authenticate: (jwt) => {
      if (app === undefined) throw new GithubRefusal(401, 'A JSON web token could not be decoded');
      refuseBadToken(app, jwt, now() / 1000);
    },
    issue: (installationId, wanted) => {
      if (app === undefined || installationId !== app.installationId) throw notFound();
      const permissions = permissionsFor(app, wanted.permissions);
      const repositories = repositoriesFor(app, wanted.repositories);
      const token = `ghs_${randomUUID().replaceAll('-', '')}`;
      const until = now() + HOUR_MS;
      grants.set(token, { actor: { login, app: { repositories, permissions } }, until });
      const selection = repositories === 'all' ? 'all' : 'selected';
      const expires = `${new Date(until).toISOString().slice(0, 19)}Z`;
      return { token, expires_at: expires, permissions, repository_selection: selection };
    },
    actorOf: (token) => {
      const grant = grants.get(token);
      return grant !== undefined && grant.until > now() ? grant.actor : undefined;
    },
    revoke: () => grants.clear(),
  };
}

/** The checks and, where they are known, the words of GitHub. */
function refuseBadToken(app: AppOptions, jwt: string, nowSeconds: number): void {
  const [head = '', body = '', signature = ''] = jwt.split('.');
  const header = jsonOf(head);
  const claims = jsonOf(body);
  const signed = Buffer.from(`${head}.${body}`);
  const isSigned =
    header.alg === 'RS256' && verify('sha256', signed, app.publicKey, Buffer.from(signature, 'base64url'));
  if (!isSigned) throw new GithubRefusal(401, 'A JSON web token could not be decoded');
  if (String(claims.iss) !== String(app.appId)) throw new GithubRefusal(401, 'Integration not found');
  const [issued, ends] = [Number(claims.iat), Number(claims.exp)];
  if (!(issued <= nowSeconds)) {
    const words =
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
    throw new GithubRefusal(401, words);
  }
  if (!(ends > nowSeconds)) {
    throw new GithubRefusal(401, "'Expiration time' claim ('exp') must be a numeric value in the future");
  }
  if (ends > nowSeconds + LONGEST_SECONDS) {
    throw new GithubRefusal(401, "'Expiration time' claim ('exp') is too far in the future");
  }
}

function permissionsFor(app: AppOptions, wanted: unknown): Permissions {
  const granted = app.permissions ?? GRANTED;
  if (!isFields(wanted)) return granted;
  for (const [name, level] of Object.entries(wanted)) {
    if (granted[name] === undefined || (granted[name] === 'read' && level === 'write')) {
      throw new GithubRefusal(422, 'The permissions requested are not granted to this installation.');
    }
  }
  return wanted as Readonly<Record<string, Level>>;
}

/** Names without their owner, as GitHub takes them; they are the installation's. */
function repositoriesFor(app: AppOptions, wanted: unknown): readonly string[] | 'all' {
  if (!Array.isArray(wanted)) return app.repositories ?? 'all';
  const names = wanted.map(String);
  const owned = app.repositories ?? names.map((name) => `acme/${name}`);
  const found = owned.filter((full) => names.includes(full.split('/')[1] ?? ''));
  if (found.length < names.length) {
    const words =
      'There is at least one repository that does not exist or is not accessible to the parent installation.';
    throw new GithubRefusal(422, words);
  }
  return found;
}

function jsonOf(part: string): Fields {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
