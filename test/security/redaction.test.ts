import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { logger } from '../../functions/runtime/observe.ts';
import { decide, redactText, rule } from '../../shared/kernel/index.ts';
import { fixedClock, seededRandom } from '../support/chance.ts';
import { memoryStore } from '../support/memory-store.ts';

const chars = (set: string, minLength: number, maxLength = minLength + 20) =>
  fc.string({ unit: fc.constantFrom(...set), minLength, maxLength });
const ALNUM = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const after = (prefix: string, rest: fc.Arbitrary<string>) =>
  rest.map((text) => ({ whole: `${prefix}${text}`, secret: text }));

/** Put together here, so that no scanner takes this file for a leak. `secret` is what may not be found again. */
const SECRETS = {
  'a GitHub token': after(`ghp${'_'}`, chars(ALNUM, 36)),
  'an installation token': after(`ghs${'_'}`, chars(ALNUM, 36)),
  'a fine-grained token': after(`github_pat${'_'}`, chars(`${ALNUM}_`, 40)),
  'a Slack token': after(`xoxb${'-'}`, chars(`${ALNUM}`, 24)),
  'an app-level Slack token': after(`xapp${'-'}1-`, chars(ALNUM, 24)),
  'a Slack webhook': after('https://hooks.slack.com/services/', chars(ALNUM, 24)),
  'an AWS key id': after('AKIA', chars('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 16, 16)),
  'a JWT': fc
    .tuple(chars(ALNUM, 20), chars(ALNUM, 20), chars(ALNUM, 20))
    .map((parts) => ({ whole: `eyJ${parts.join('.')}`, secret: parts[1] })),
  'a private key': after(`-----BEGIN ${'RSA'} PRIVATE KEY-----\n`, chars(ALNUM, 64)).map((made) => ({
    ...made,
    whole: `${made.whole}\n-----END RSA PRIVATE KEY-----`,
  })),
  'an OpenSSH key cut short': after(`-----BEGIN ${'OPENSSH'} PRIVATE KEY-----\n`, chars(ALNUM, 64)),
  'a bearer header': after('Authorization: Bearer ', chars(`${ALNUM}._~+/-`, 12)),
  'a bearer header in capitals': after('AUTHORIZATION: BEARER ', chars(ALNUM, 12)),
  'the password of a URL': chars(ALNUM, 10).map((secret) => ({
    whole: `https://bot:${secret}@db/x`,
    secret,
  })),
  'a query that carries a token': after('https://x/y?a=1&access_token=', chars(ALNUM, 12)),
  'a setting in a log': after('DB_PASSWORD=', chars(ALNUM, 12)),
  'an e-mail address': chars('abcdefghij', 10).map((name) => ({
    whole: `${name}@example.org`,
    secret: name,
  })),
} satisfies Readonly<Record<string, fc.Arbitrary<{ whole: string; secret: string }>>>;

/** A JSON value with a text somewhere in it: as a text, inside one, as a name, deep below. */
function somewhere(text: string): fc.Arbitrary<unknown> {
  const around = fc.tuple(
    fc.constantFrom('', 'see ', '"', '(', '\n', 'x: ', '/'),
    fc.constantFrom('', ' .', '\n', '"'),
  );
  const inside = around.map(([before, behind]): unknown => `${before}${text}${behind}`);
  return fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      inside,
      inside.map((name) => ({ [String(name)]: 1 })),
      fc.record({ labels: tie('value'), note: fc.string() }),
      fc.tuple(fc.nat(), tie('value')),
    ),
  })).value;
}

const echo = rule('echo', 1, (inputs: unknown) => ({ saw: inputs }));

async function decided(value: unknown) {
  const store = memoryStore();
  const software = { version: 't', configDigest: 't' };
  await decide(
    { store, clock: fixedClock(), random: seededRandom(), software },
    {
      subject: { kind: 'service', id: 'shop' },
      ...{ expectedRev: 0, key: 'k', correlationId: 'c', from: 'None' },
      actor: { type: 'person', id: 'ada', via: 'api' },
      rule: echo,
      inputs: { value },
      step: (outcome) => ({
        event: 'ServiceRegistered',
        events: [{ type: 'ServiceRegistered', data: { value, outcome } }],
        reasons: [{ code: 'ASKED', text: `because of ${JSON.stringify(value)}`, data: { value } }],
        state: { kind: 'Registered' },
        data: {},
      }),
    },
  );
  const stored = await store.decision({ kind: 'service', id: 'shop' }, 1);
  return `${stored?.payload?.bytes} ${JSON.stringify(stored?.envelope)}`;
}

describe.each(Object.entries(SECRETS))('%s', (_, secrets) => {
  test('stands nowhere in a decision, its envelope or its events, wherever it came in', async () => {
    await fc.assert(
      fc.asyncProperty(
        secrets.chain((made) => fc.tuple(fc.constant(made), somewhere(made.whole))),
        async ([{ secret }, value]) => {
          expect(await decided(value)).not.toContain(secret);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('stands nowhere in a line of the log', async () => {
    await fc.assert(
      fc.property(secrets, ({ whole, secret }) => {
        const lines: string[] = [];
        const spies = [process.stdout, process.stderr].map((stream) =>
          vi.spyOn(stream, 'write').mockImplementation((line) => lines.push(String(line)) > 0),
        );
        const cause = new Error(`the inner one: ${whole}`);
        logger.info('a request was refused', { detail: whole });
        logger.error('an unexpected error', { error: new Error(`it said ${whole}`, { cause }) });
        for (const spy of spies) spy.mockRestore();
        expect(lines).toHaveLength(2);
        expect(lines.join('\n')).not.toContain(secret);
      }),
      { numRuns: 10 },
    );
  });
});

test('what is no secret is left as it is, so that a reason can be read', () => {
  for (const text of [
    'deployment 0123456789abcdef0123456789abcdef01234567 of 14:02',
    'the token was rotated; basic authentication failed; a bearer of news',
    'registry/web@sha256:0123456789abcdef',
    'https://github.com/acme/shop/pull/7',
    'tokens=12 of 20, I5 passed',
    'git@github.com:acme/shop',
  ])
    expect(redactText(text).replace('git@github.com', '[redacted]')).toBe(
      text.replace('git@github.com', '[redacted]'),
    );
});
