import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import { millis } from '../../kernel/time.ts';
import { type AppCredentials, appJwt, readCredentials } from './app-credentials.ts';
import {
  type Answer,
  connect,
  type GithubOptions,
  parse,
  repositoryOf,
  type TokenSource,
} from './connection.ts';

const Token = z.looseObject({ token: z.string().min(1), expires_at: z.iso.datetime({ offset: true }) });

/** All that the adapter's calls need. */
const NEEDED = {
  contents: 'write',
  pull_requests: 'write',
  issues: 'write',
  checks: 'read',
  statuses: 'read',
  metadata: 'read',
} as const;
/** Reads classic protection, uses the merge queue: without them protection counts as unseen, and the merge call judges. */
const WISHED = { ...NEEDED, administration: 'read', merge_queues: 'write' } as const;

const REFUSED = [404, 422];
const EARLY_MS = 5 * 60_000;

type Held = { readonly token: string; readonly until: number };
type SourceOptions = Omit<GithubOptions, 'token' | 'lowBudget'> & {
  /** What stands in the secret under `github`; asked at every request, so it must hold its own copy. */
  readonly secret: () => Promise<string>;
};

/**
 * Tokens for the adapter: the secret itself where it is a token, or of a GitHub App one installation token for each
 * repository, narrowed to it and to what the calls need. They live in memory alone, until five minutes before their
 * end, and are renewed when GitHub refuses one.
 */
export function githubTokens(options: SourceOptions): TokenSource {
  const held = new Map<string, Promise<Held>>();
  return async ({ repository, refused }) => {
    const credentials = readCredentials(await options.secret());
    if (typeof credentials === 'string') return credentials;
    if (repository === undefined) throw new Fault('InvalidInput', 'a token of an app is for one repository');
    const key = `${credentials.appId}/${credentials.installationId}/${repository}`;
    const current = held.get(key);
    const found = await current?.catch(() => undefined);
    if (found !== undefined && found.token !== refused && found.until > options.now()) return found.token;
    // calls side by side wait for one token: who comes second finds what the first asked for
    let asked = held.get(key);
    if (asked === undefined || asked === current) {
      asked = mint(options, credentials, repository);
      held.set(key, asked);
    }
    return (await asked).token;
  };
}

async function mint(options: SourceOptions, credentials: AppCredentials, repository: string): Promise<Held> {
  const connection = connect({ ...options, token: async () => appJwt(credentials, options.now()) });
  const { repo } = repositoryOf(repository);
  // asking twice gives two tokens and harms nobody: attempts may be repeated
  const ask = (permissions: Readonly<Record<string, string>>): Promise<Answer> =>
    connection.call({
      route: 'POST /app/installations/{installation_id}/access_tokens',
      parameters: { installation_id: credentials.installationId, repositories: [repo], permissions },
      expected: REFUSED,
    });
  const first = await ask(WISHED);
  const answer = first.status === 422 ? await ask(NEEDED) : first;
  if (REFUSED.includes(answer.status)) {
    const words = `the GitHub App is not installed for ${repository}, or was not granted what it needs`;
    throw new Fault('PermissionDenied', `${words}: ${answer.message}`);
  }
  const { token, expires_at } = parse(Token, answer.data, 'an installation token');
  return { token, until: millis(expires_at) - EARLY_MS };
}
