import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jwtVerifier } from '../../../shared/adapters/jwt/verify-token.ts';
import { authorizeRequest, Issuer } from '../../../shared/approvals/index.ts';
import { startIssuer } from '../adapters/jwt/test-issuer.ts';

const SHA = 'a'.repeat(40);
const GRANT = { repository: 'acme/shop', refs: ['refs/heads/main'] };
/** The claims of a run on main, as GitHub writes them. */
const RUN = {
  sub: 'repo:acme/shop:ref:refs/heads/main',
  aud: 'holdfast',
  ...{ repository: 'acme/shop', repository_id: '74', repository_owner: 'acme', ref: 'refs/heads/main' },
  ...{ sha: SHA, event_name: 'push', actor: 'ada', ref_type: 'branch', runner_environment: 'github-hosted' },
  job_workflow_ref: 'acme/shop/.github/workflows/deploy.yml@refs/heads/main',
};

let forge: Awaited<ReturnType<typeof startIssuer>>;
beforeAll(async () => {
  forge = await startIssuer();
});
afterAll(() => forge.stop());

const identify = (
  claims: Readonly<Record<string, unknown>>,
  grant: Readonly<Record<string, unknown>> = GRANT,
) => {
  const issuers = [Issuer.parse({ issuer: forge.issuer, audience: 'holdfast', ci: [grant] })];
  return authorizeRequest({ issuers, verifyToken: jwtVerifier(issuers) }, `Bearer ${forge.token(claims)}`);
};

test('a run of a named repository on a named ref is an operator that is no person', async () => {
  expect(await identify(RUN)).toEqual({
    ...{ subject: RUN.sub, role: 'operator', issuer: forge.issuer },
    ...{ repository: 'acme/shop', sha: SHA, login: 'ada' },
  });
});

test.each([
  ['another repository', { repository: 'acme/other' }],
  ['a repository whose name only begins so', { repository: 'acme/shop-fork' }],
  ['the same name with another case', { repository: 'Acme/Shop' }],
  ['another branch', { ref: 'refs/heads/feature' }],
  ['a branch whose name only begins so', { ref: 'refs/heads/main2' }],
  ['a tag of the same name', { ref: 'refs/tags/main' }],
  ['a pull request', { ref: 'refs/pull/7/merge', event_name: 'pull_request' }],
  ['a pull request that runs on the base branch', { event_name: 'pull_request_target' }],
  ['a run that another run set off', { event_name: 'workflow_run' }],
  ['no repository', { repository: undefined }],
  ['no event', { event_name: undefined }],
  ['no commit', { sha: undefined }],
  ['a commit that is none', { sha: 'main' }],
  ['claims that are lists', { repository: ['acme/shop'], ref: ['refs/heads/main'] }],
])('a token with %s has no role', async (_title, change) => {
  const identity = await identify({ ...RUN, ...change });
  expect(identity).toEqual({ subject: RUN.sub, issuer: forge.issuer });
});

test('the number of a repository and the file of the workflow are held to where they are named', async () => {
  const named = { ...GRANT, repositoryId: '74', workflows: [RUN.job_workflow_ref] };
  expect(await identify(RUN, named)).toMatchObject({ role: 'operator' });
  expect(await identify({ ...RUN, repository_id: '75' }, named)).not.toHaveProperty('role');
  const other = { ...RUN, job_workflow_ref: 'acme/shop/.github/workflows/test.yml@refs/heads/main' };
  expect(await identify(other, named)).not.toHaveProperty('role');
});

test('no claim of a run makes it a person or more than an operator', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 }), async (claims) => {
      const forged = {
        ...claims,
        groups: ['admin'],
        'cognito:groups': ['admin'],
        person: 'ada',
        role: 'admin',
      };
      const identity = await identify({ ...forged, ...RUN });
      expect(identity.role).toBe('operator');
      expect(identity).not.toHaveProperty('person');
    }),
    { numRuns: 20 },
  );
});

test('a token for another audience is refused', async () => {
  await expect(identify({ ...RUN, aud: 'https://github.com/acme' })).rejects.toMatchObject({
    name: 'Unauthenticated',
  });
});

describe('a grant', () => {
  const issuesOf = (grant: Readonly<Record<string, unknown>>, more: object = {}) => {
    const listed = { issuer: 'https://ci.example', audience: 'holdfast', ci: [grant], ...more };
    return Issuer.safeParse(listed).error?.issues.map(({ path }) => path.join('.')) ?? [];
  };

  test.each([
    [{ repository: 'acme/*' }, 'ci.0.repository'],
    [{ repository: '*' }, 'ci.0.repository'],
    [{ refs: ['*'] }, 'ci.0.refs.0'],
    [{ refs: ['refs/heads/*'] }, 'ci.0.refs.0'],
    [{ refs: ['main'] }, 'ci.0.refs.0'],
    [{ refs: ['refs/pull/7/merge'] }, 'ci.0.refs.0'],
    [{ refs: [] }, 'ci.0.refs'],
    [{ events: ['pull_request_target'] }, 'ci.0.events.0'],
    [{ events: ['workflow_run'] }, 'ci.0.events.0'],
    [{ workflows: ['acme/shop/.github/workflows/*'] }, 'ci.0.workflows.0'],
    [{ role: 'admin' }, 'ci.0'],
  ])('with %j is refused', (change, path) => {
    expect(issuesOf({ ...GRANT, ...change })).toContain(path);
  });

  test('opens nothing beside groups or a map of people', () => {
    expect(issuesOf(GRANT)).toEqual([]);
    expect(issuesOf(GRANT, { groupsClaim: 'groups' })).toEqual(['groupsClaim']);
    expect(issuesOf(GRANT, { subjectMap: {} })).toEqual(['subjectMap']);
    expect(issuesOf(GRANT, { ci: [] })).toEqual(['ci']);
  });

  test('is not needed where people call, but their groups are', () => {
    const people = { issuer: 'https://people.example', audience: 'holdfast' };
    expect(Issuer.safeParse(people).success).toBe(false);
    expect(Issuer.safeParse({ ...people, groupsClaim: 'groups' }).success).toBe(true);
  });
});
