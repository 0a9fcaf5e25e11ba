import { randomUUID } from 'node:crypto';
import type { Actor } from './access.ts';
import type { Role } from './records.ts';

type TokenOptions = {
  /** The bot's. */
  readonly token: string;
  readonly people?: Readonly<Record<string, string>>;
};
export type Tokens = {
  readonly actorOf: (token: string) => Actor | undefined;
  /** The token of a login; a login without one gets one. */
  readonly tokenOf: (login: string) => string;
  /** Of those who were there from the beginning. */
  readonly roleOf: (login: string) => Role | undefined;
};

/** Who may sign in, and by what. The bot administers, people who were there from the beginning write. */
export function startTokens(options: TokenOptions, bot: string): Tokens {
  const people = options.people ?? {};
  const logins = new Map(Object.entries(people).map(([login, token]) => [token, login]));
  logins.set(options.token, bot);
  return {
    actorOf: (token) => {
      const login = logins.get(token);
      return login === undefined ? undefined : { login };
    },
    tokenOf: (login) => {
      const [found] = [...logins].find(([, each]) => each === login) ?? [];
      const token = found ?? `ghp_${randomUUID().replaceAll('-', '')}`;
      logins.set(token, login);
      return token;
    },
    roleOf: (login) => {
      if (login === bot) return 'admin';
      return Object.hasOwn(people, login) ? 'write' : undefined;
    },
  };
}
