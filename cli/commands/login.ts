import { resolve } from 'node:path';
import * as z from 'zod';
import { type Command, cliError, EXIT, textOption } from '../command.ts';
import { currentSession, localCloud, localDataFolder, saveSession } from '../session.ts';
import { signInWithBrowser } from '../sign-in.ts';

const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
const Token = z.looseObject({ id_token: z.string(), expires_in: z.number() });

export const loginCommand: Command = {
  name: 'login',
  summary:
    'Signs in and keeps the session. On the local cloud its own issuer signs; elsewhere the browser does (authorization code with PKCE).',
  args: '',
  options: {
    as: { type: 'string', text: 'local cloud: viewer, operator, approver or admin (default operator)' },
    data: { type: 'string', text: 'local cloud: its data folder (default .holdfast/local)' },
    person: { type: 'string', text: 'local cloud: who signs in (default dana)' },
    api: { type: 'string', text: 'elsewhere: URL of the HTTP API' },
    issuer: { type: 'string', text: 'elsewhere: URL of the OIDC issuer' },
    client: { type: 'string', text: 'elsewhere: client id at the issuer' },
  },
  example: 'holdfast login --as approver',
  run: async (_positionals, options, io) => {
    const issuer = textOption(options, 'issuer');
    const session =
      issuer === undefined
        ? await localSession(options)
        : await signInWithBrowser(io, {
            issuer,
            client: required(options, 'client'),
            api: required(options, 'api'),
          });
    saveSession(session);
    io.say(`signed in to ${session.api} until ${new Date(session.expiresAt).toISOString()}`);
    io.document({
      api: session.api,
      token: session.token,
      expiresAt: new Date(session.expiresAt).toISOString(),
    });
    io.out(session.token);
    return EXIT.yes;
  },
};

export const tokenCommand: Command = {
  name: 'token',
  summary: 'Prints the bearer token of the session.',
  args: '',
  example: 'curl -H "Authorization: Bearer $(holdfast token)" http://127.0.0.1:4750/v1/services',
  run: async (_positionals, _options, io) => {
    const { token } = currentSession();
    io.out(token);
    io.document({ token });
    return EXIT.yes;
  },
};

async function localSession(options: Parameters<Command['run']>[1]) {
  const role = textOption(options, 'as') ?? 'operator';
  if (!ROLES.some((known) => known === role))
    throw cliError(`--as must be one of ${ROLES.join(', ')}`, EXIT.usage);
  const cloud = localCloud(resolve(textOption(options, 'data') ?? localDataFolder()));
  if (cloud === undefined)
    throw cliError(
      'no local cloud runs here: `holdfast local start`, or name --data, or --issuer, --client and --api',
      EXIT.unreachable,
    );
  const response = await fetch(cloud.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ person: textOption(options, 'person') ?? 'dana', groups: [role] }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw cliError(`the local issuer answered ${response.status}`, EXIT.no);
  const answer = Token.parse(await response.json());
  return { api: cloud.api, token: answer.id_token, expiresAt: Date.now() + answer.expires_in * 1000 };
}

function required(options: Parameters<Command['run']>[1], name: string): string {
  const value = textOption(options, name);
  if (value === undefined) throw cliError(`--${name} is needed with --issuer`, EXIT.usage);
  return value;
}
