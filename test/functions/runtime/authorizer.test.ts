import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startIssuer } from '../../shared/adapters/jwt/test-issuer.ts';

type TestIssuer = Awaited<ReturnType<typeof startIssuer>>;
let own: TestIssuer;
let added: TestIssuer;
let handler: (event: unknown) => Promise<unknown>;

beforeAll(async () => {
  own = await startIssuer();
  added = await startIssuer();
  const listed = ({ issuer }: TestIssuer) => [{ issuer, audience: 'holdfast', groupsClaim: 'groups' }];
  vi.stubEnv('ISSUERS', JSON.stringify(listed(own)));
  vi.stubEnv('ADDITIONAL_ISSUERS', JSON.stringify(listed(added)));
  ({ handler } = await import('../../../functions/approvals/authorize-request.ts'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  own.stop();
  added.stop();
});

test('the authorizer accepts the own issuers of the stack and those that were added', async () => {
  for (const issuer of [own, added]) {
    const token = issuer.token({ sub: 'anna', aud: 'holdfast', groups: ['viewer', 'approver'] });
    expect(await handler({ identitySource: [`Bearer ${token}`] })).toEqual({
      isAuthorized: true,
      context: { subject: 'anna', person: 'anna', role: 'approver', issuer: issuer.issuer },
    });
  }
});

test('a refused token is thrown as exactly Unauthorized, which API Gateway answers with 401', async () => {
  for (const event of [{ identitySource: ['Bearer a.b.c'] }, { identitySource: null }, {}]) {
    await expect(handler(event)).rejects.toMatchObject({ name: 'Error', message: 'Unauthorized' });
  }
});

test('keys that cannot be had let nobody in and are not answered as a bad token', async () => {
  added.served.failing = true;
  vi.resetModules();
  ({ handler } = await import('../../../functions/approvals/authorize-request.ts'));
  const token = added.token({ sub: 'anna', aud: 'holdfast' });
  await expect(handler({ identitySource: [`Bearer ${token}`] })).rejects.toMatchObject({
    name: 'Unavailable',
  });
});
