import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { argocdHealth } from '../../shared/adapters/argocd/argocd-health.ts';
import { githubForge } from '../../shared/adapters/github/github-forge.ts';
import { jwtVerifier } from '../../shared/adapters/jwt/verify-token.ts';
import { prometheusHistory } from '../../shared/adapters/prometheus/prometheus-history.ts';
import { slackNotify } from '../../shared/adapters/slack/slack-notify.ts';
import { isoTime } from '../../shared/kernel/index.ts';
import { ServiceDocument } from '../../shared/services/contract.ts';
import { sourcesOf, textOf } from '../conventions/tree.ts';
import { ofType, plain, synthesise } from '../infra/synthesised.ts';
import { startIssuer } from '../shared/adapters/jwt/test-issuer.ts';

/** Every file of what runs on AWS that opens a connection by itself, and where its address comes from. */
const OUTBOUND: Readonly<Record<string, string>> = {
  'shared/adapters/read-json.ts': 'ARGOCD_URL, PROMETHEUS_URL',
  'shared/adapters/github/bounded-fetch.ts': 'FORGE_URL, through connection.ts',
  'shared/adapters/github/connection.ts': 'FORGE_URL',
  'shared/adapters/jwt/verify-token.ts': 'ISSUERS, ADDITIONAL_ISSUERS: the token only chooses among them',
  'shared/adapters/slack/slack-notify.ts': 'SLACK_URL',
  'shared/adapters/witness/http-witness.ts': 'WITNESS_URL',
};
const OPENS =
  /(?<![.\w])fetch\(|globalThis\.fetch\b|new Octokit\(|from 'node:(?:https?|http2|net|tls|dgram|dns)|undici|XMLHttpRequest|WebSocket/;
const ADDRESSES =
  /\b(?:FORGE_URL|ARGOCD_URL|PROMETHEUS_URL|SLACK_URL|WITNESS_URL|ISSUERS|ADDITIONAL_ISSUERS)\b/;

const resources = synthesise();

function code(file: string): string {
  return textOf(file)
    .split('\n')
    .filter((line) => !/^\s*(?:\/\/|\*|\/\*)/.test(line))
    .join('\n');
}

describe('what opens a connection', () => {
  test('is a named file of shared/adapters, and nothing else', () => {
    const files = sourcesOf('shared', 'functions').filter((file) => OPENS.test(code(file)));
    expect(files.length).toBeGreaterThan(0);
    expect(files).toEqual(Object.keys(OUTBOUND).sort());
  });

  test('gets its address from the environment, which the runtime alone reads', () => {
    const readers = sourcesOf('shared', 'functions').filter((file) => ADDRESSES.test(code(file)));
    expect(readers.filter((file) => !file.startsWith('functions/runtime/'))).toEqual([]);
    const built = sourcesOf('functions').filter((file) => /\bbaseUrl\b/.test(code(file)));
    expect(built.filter((file) => !ADDRESSES.test(code(file)))).toEqual([]);
  });

  test('follows no redirect, and waits a limited time', () => {
    for (const file of Object.keys(OUTBOUND).filter((each) => !each.endsWith('bounded-fetch.ts'))) {
      expect(textOf(file), file).toMatch(/redirect: '(?:error|manual)'/);
      expect(`${textOf(file)} ${textOf('shared/adapters/github/bounded-fetch.ts')}`, file).toContain(
        'AbortSignal.timeout',
      );
    }
  });
});

test('every address in the environment of a function is a parameter of the deployment', () => {
  const environments = ofType(resources, 'AWS::Lambda::Function').flatMap(({ Properties }) =>
    Object.entries((Properties.Environment as { Variables: Record<string, unknown> }).Variables),
  );
  const addresses = environments.filter(([name]) => /_URL$/.test(name));
  expect(new Set(addresses.map(([name]) => name)).size).toBeGreaterThanOrEqual(3);
  // of its own stack, or of the one that declares them for all
  for (const [name, value] of addresses)
    expect(plain(value), name).toMatch(/^\$\{(?:import Ref)?[A-Z][a-z]+Url(?:[0-9A-F]{8})?\}$/);
});

test('the registry has no field that holds an address', () => {
  const names: string[] = [];
  const walk = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return;
    if ('format' in schema) names.push(`format:${String(schema.format)}`);
    if ('properties' in schema) names.push(...Object.keys(schema.properties as object));
    for (const member of Object.values(schema)) walk(member);
  };
  walk(z.toJSONSchema(ServiceDocument, { io: 'input', unrepresentable: 'any' }));
  expect(names).toContain('repository');
  expect(names.filter((name) => /ur[il]|host|endpoint|address|webhook|callback/i.test(name))).toEqual([]);
});

test.each([
  'https://evil.example/acme/shop',
  'acme/shop/../../evil',
  'acme/..',
  '../acme',
  'acme/shop?x=1',
  'acme/shop#x',
  'acme@evil.example/shop',
  'acme/%2e%2e',
  '//evil.example/shop',
])('a repository that would be another address is refused: %j', (repository) => {
  const found = ServiceDocument.safeParse({ repository });
  expect(found.error?.issues.map(({ path }) => path.join('.'))).toContain('repository');
});

describe('a redirect of', () => {
  type Seen = { url: string; requests: number; close: () => void };
  async function listening(answer: RequestListener): Promise<Seen> {
    const seen: Seen = { url: '', requests: 0, close: () => server.close() };
    const server = createServer((request, response) => {
      seen.requests += 1;
      answer(request, response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    seen.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return seen;
  }
  let elsewhere: Seen;
  let redirecting: Seen;
  beforeAll(async () => {
    elsewhere = await listening((_request, response) => response.end('{"ok":true,"keys":[]}'));
    redirecting = await listening((request, response) => {
      response.writeHead(307, { location: `${elsewhere.url}${request.url}` });
      response.end();
    });
  });
  afterAll(() => {
    elsewhere.close();
    redirecting.close();
  });

  const now = () => 1_000_000;
  const WINDOW = { revision: 'a'.repeat(40), from: isoTime(0), to: isoTime(900_000) };
  const token = async () => 'the-token';
  const target = { service: 'shop', environment: 'staging', application: 'shop-staging' };
  const calls: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
    forge: (baseUrl) => githubForge({ baseUrl, token, now, firstWaitMs: 1 }).permission('acme/shop', 'ada'),
    'Argo CD': (baseUrl) => argocdHealth({ baseUrl, token, now, firstWaitMs: 1 }).read(target),
    Prometheus: (baseUrl) =>
      prometheusHistory({ baseUrl, token, now, firstWaitMs: 1 }).uptime(target, WINDOW),
    Slack: (baseUrl) =>
      slackNotify({ baseUrl, token, now, channel: 'c', firstWaitMs: 1 }).send({ text: 'x' }),
    'an issuer': async (url) => {
      const signer = await startIssuer();
      const listed = { issuer: url, audience: 'a', groupsClaim: 'g', jwksUri: `${url}/keys` };
      const claims = { iss: url, aud: 'a', sub: 's' };
      await jwtVerifier([listed])(signer.token(claims)).finally(signer.stop);
    },
  };

  test.each(Object.keys(calls))('%s is refused, and the place it names never hears of us', async (name) => {
    const before = redirecting.requests;
    await expect(calls[name]?.(redirecting.url)).rejects.toMatchObject({
      name: expect.stringMatching(/^(?:Malformed|Unavailable|NotFound)$/),
    });
    expect(redirecting.requests).toBeGreaterThan(before);
    expect(elsewhere.requests).toBe(0);
  });
});

test('this page names every adapter that is given an address', () => {
  const given = sourcesOf('shared/adapters').filter((file) => /readonly baseUrl: string/.test(textOf(file)));
  expect(given.filter((file) => OUTBOUND[file] === undefined)).toEqual([]);
});
