import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appJwt, readCredentials } from '../../../shared/adapters/github/app-credentials.ts';
import { githubTokens } from '../../../shared/adapters/github/app-tokens.ts';
import { githubForge } from '../../../shared/adapters/github/github-forge.ts';
import type { Forge } from '../../../shared/ports/forge.ts';
import { PATH, REPOSITORY, type Sandbox, startSandbox } from './sandbox.ts';

const PEM = { type: 'pkcs1', format: 'pem' } as const;
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: PEM,
  privateKeyEncoding: PEM,
});
const APP = { appId: 7, installationId: 42 };
const SECRET = JSON.stringify({ ...APP, privateKey: pair.privateKey });
const OTHER = 'acme/shop';

let sandbox: Sandbox;
let now: number;
beforeEach(async () => {
  now = 1_790_000_000_000;
  sandbox = await startSandbox({
    app: { ...APP, publicKey: pair.publicKey, repositories: [REPOSITORY, OTHER] },
    now: () => now,
  });
  await sandbox.forge.createRepository(OTHER, { 'a.txt': 'a' });
});
afterEach(async () => {
  expect(sandbox.forge.violations()).toEqual([]);
  await sandbox.close();
});

function asApp(secret = SECRET, clock: () => number = () => now): Forge {
  const where = { baseUrl: sandbox.forge.url, now: clock, firstWaitMs: 5 };
  return githubForge({ ...where, token: githubTokens({ ...where, secret: async () => secret }) });
}

const minted = () => sandbox.forge.requests()['apps/create-installation-access-token'] ?? 0;

describe('installation tokens', () => {
  test('the whole way of a rollback can be gone as an app, with one token for the repository', async () => {
    const github = asApp();
    await github.createBranch(REPOSITORY, 'rollback/x', await github.branchHead(REPOSITORY, 'main'));
    const { blobSha } = await github.readFile(REPOSITORY, PATH, 'rollback/x');
    const change = { repository: REPOSITORY, branch: 'rollback/x', path: PATH, text: 'revision: zero\n' };
    await github.commitFile({ ...change, blobSha, message: 'revert' });
    const pull = await github.openPullRequest({
      ...{ repository: REPOSITORY, headBranch: 'rollback/x', baseBranch: 'main' },
      ...{ title: 'back', body: '', labels: ['rollback'] },
    });
    await github.comment(REPOSITORY, pull.number, 'rbk_1:opened', 'Opened.');
    await github.addLabels(REPOSITORY, pull.number, ['urgent']);
    await github.openIssue(REPOSITORY, { marker: 'm', title: 't', body: 'b', labels: ['holdfast'] });
    expect(await github.ci(REPOSITORY, pull.headSha)).toMatchObject({ state: 'none' });
    expect(await github.rules(REPOSITORY, 'main')).toMatchObject({ requiredApprovals: 0 });
    expect(await github.permission(REPOSITORY, 'ada')).toBe('write');
    expect(await github.reviews(REPOSITORY, pull.number)).toEqual([]);
    const request = { headSha: pull.headSha, title: 't', message: 'm' };
    expect((await github.merge(REPOSITORY, pull.number, request)).kind).toBe('merged');
    await github.deleteBranch(REPOSITORY, 'rollback/x');
    expect(minted()).toBe(1);
  });

  test('what the app writes is known to come from a bot', async () => {
    const github = asApp();
    const { number } = await github.openIssue(REPOSITORY, { marker: 'm', title: 't', body: 'b', labels: [] });
    const answer = await fetch(`${sandbox.forge.url}/repos/${REPOSITORY}/issues/${number}`, {
      headers: { authorization: `Bearer ${sandbox.forge.tokenOf('ada')}` },
    });
    expect(await answer.json()).toMatchObject({ user: { login: 'holdfast[bot]', type: 'Bot' } });
    expect(await github.readIssue(REPOSITORY, number)).toMatchObject({ ours: true, marker: 'm' });
  });

  test('each repository has a token of its own, asked for once by calls side by side', async () => {
    const github = asApp();
    const both = [REPOSITORY, OTHER].flatMap((name) => [name, name, name]);
    await Promise.all(both.map((name) => github.branchHead(name, 'main')));
    expect(minted()).toBe(2);
  });

  test('a token is used until five minutes before its end, and then replaced', async () => {
    const github = asApp();
    await github.branchHead(REPOSITORY, 'main');
    now += 54 * 60_000;
    await github.branchHead(REPOSITORY, 'main');
    expect(minted()).toBe(1);
    now += 60_000;
    await github.branchHead(REPOSITORY, 'main');
    expect(minted()).toBe(2);
  });
});

describe('tokens that are refused', () => {
  test('a token that GitHub no longer accepts is renewed once, and the call goes through', async () => {
    const github = asApp();
    await github.branchHead(REPOSITORY, 'main');
    sandbox.forge.revokeTokens();
    expect(await github.branchHead(REPOSITORY, 'main')).toBe(sandbox.head);
    expect(minted()).toBe(2);
    sandbox.forge.faults.inject({ operation: 'git/get-ref', status: 401, times: 2 });
    const refused = github.branchHead(REPOSITORY, 'main');
    await expect(refused).rejects.toMatchObject({ name: 'PermissionDenied' });
    expect(minted()).toBe(3);
  });

  test('an app that was not granted every wish works without: protection then counts as unseen', async () => {
    const dull = await startSandbox({
      app: {
        ...{ ...APP, publicKey: pair.publicKey },
        permissions: {
          ...{ contents: 'write', pull_requests: 'write', issues: 'write' },
          ...{ checks: 'read', statuses: 'read', metadata: 'read' },
        },
      },
    });
    dull.forge.setBranchRules(REPOSITORY, 'main', { requiredApprovals: 2, protection: true });
    const where = { baseUrl: dull.forge.url, now: Date.now };
    const github = githubForge({ ...where, token: githubTokens({ ...where, secret: async () => SECRET }) });
    expect((await github.rules(REPOSITORY, 'main')).requiredApprovals).toBe(0);
    await dull.close();
  });

  test('a repository that the app is not installed for is PermissionDenied, in words', async () => {
    await sandbox.forge.createRepository('acme/secret', { 'a.txt': 'a' });
    const read = asApp().branchHead('acme/secret', 'main');
    await expect(read).rejects.toMatchObject({
      name: 'PermissionDenied',
      message: expect.stringContaining('not installed for acme/secret'),
    });
  });

  test('a token opens no repository and no permission but its own', async () => {
    const jwt = appJwt({ appId: '7', installationId: 42, privateKey: pair.privateKey }, now);
    const issued = await fetch(`${sandbox.forge.url}/app/installations/42/access_tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${jwt}` },
      body: JSON.stringify({ repositories: ['gitops'], permissions: { contents: 'read' } }),
    });
    const { token } = (await issued.json()) as { token: string };
    const narrow = githubForge({ baseUrl: sandbox.forge.url, token, now: () => now });
    expect(await narrow.branchHead(REPOSITORY, 'main')).toBe(sandbox.head);
    await expect(narrow.branchHead(OTHER, 'main')).rejects.toMatchObject({ name: 'NotFound' });
    const written = narrow.createBranch(REPOSITORY, 'x', sandbox.head);
    await expect(written).rejects.toMatchObject({ name: 'PermissionDenied' });
    const issue = narrow.openIssue(REPOSITORY, { marker: 'm', title: 't', body: 'b', labels: [] });
    await expect(issue).rejects.toMatchObject({ name: 'PermissionDenied' });
  });
});

describe('the app’s own token', () => {
  const refusals = [
    { title: 'a clock that is five minutes fast', skewMs: 5 * 60_000 },
    { title: 'a clock that is a quarter of an hour slow', skewMs: -15 * 60_000 },
  ];
  test.each(refusals)('$title is PermissionDenied', async ({ skewMs }) => {
    const read = asApp(SECRET, () => now + skewMs).branchHead(REPOSITORY, 'main');
    await expect(read).rejects.toMatchObject({ name: 'PermissionDenied' });
  });

  test('a clock that is half a minute fast is let through', async () => {
    expect(await asApp(SECRET, () => now + 30_000).branchHead(REPOSITORY, 'main')).toBe(sandbox.head);
  });

  test('the key of somebody else, and another app’s number, are PermissionDenied', async () => {
    const thief = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: PEM,
      privateKeyEncoding: PEM,
    });
    const secrets = [
      { ...APP, privateKey: thief.privateKey },
      { ...APP, appId: 8, privateKey: pair.privateKey },
      { ...APP, installationId: 43, privateKey: pair.privateKey },
      { ...APP, privateKey: '-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----' },
    ];
    for (const secret of secrets) {
      const read = asApp(JSON.stringify(secret)).branchHead(REPOSITORY, 'main');
      await expect(read).rejects.toMatchObject({ name: 'PermissionDenied' });
    }
  });

  test('a key whose line ends were pasted as two characters is read', async () => {
    const privateKey = pair.privateKey.replaceAll('\n', String.raw`\n`);
    expect(await asApp(JSON.stringify({ ...APP, privateKey })).branchHead(REPOSITORY, 'main')).toBe(
      sandbox.head,
    );
  });
});

describe('the secret', () => {
  test('a plain token stays what it was, and numbers may be written as text', () => {
    expect(readCredentials('ghp_abc')).toBe('ghp_abc');
    const text = JSON.stringify({ appId: '7', installationId: '42', privateKey: pair.privateKey });
    expect(readCredentials(text)).toEqual({ appId: '7', installationId: 42, privateKey: pair.privateKey });
  });

  test('an object of another form is Malformed, and nothing of it is told', () => {
    const digest = createHash('sha256').update('x').digest('hex');
    const read = () => readCredentials(JSON.stringify({ appId: 7, privateKey: digest }));
    expect(read).toThrow(/no \{appId/);
    expect(read).not.toThrow(digest);
  });
});
