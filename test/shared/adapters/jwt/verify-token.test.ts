import { afterAll, beforeAll, expect, test } from 'vitest';
import { jwtVerifier } from '../../../../shared/adapters/jwt/verify-token.ts';
import { startIssuer } from './test-issuer.ts';

type TestIssuer = Awaited<ReturnType<typeof startIssuer>>;
let ours: TestIssuer;
let others: TestIssuer;

beforeAll(async () => {
  ours = await startIssuer();
  others = await startIssuer();
});
afterAll(() => {
  ours.stop();
  others.stop();
});

function verifier(issuer = ours.issuer) {
  return jwtVerifier([{ issuer, audience: 'holdfast', groupsClaim: 'groups' }]);
}

test('a token of a listed issuer is verified with the keys that it publishes', async () => {
  const claims = await verifier()(ours.token({ sub: 'anna', aud: 'holdfast', groups: ['admin'] }));
  expect(claims).toMatchObject({ iss: ours.issuer, sub: 'anna', groups: ['admin'] });
});

test('a token that names a listed issuer but was signed by another is refused', async () => {
  const forged = others.token({ iss: ours.issuer, sub: 'anna', aud: 'holdfast' });
  await expect(verifier()(forged)).rejects.toMatchObject({ name: 'Unauthenticated' });
});

test('a token of an issuer that is not in the list is refused, and nobody is asked for its keys', async () => {
  const before = others.served.requests;
  await expect(verifier()(others.token({ sub: 'anna', aud: 'holdfast' }))).rejects.toMatchObject({
    name: 'Unauthenticated',
  });
  expect(others.served.requests).toBe(before);
});

test('a token for another audience, an expired one, an early one and one without signature are refused', async () => {
  const unsigned = `${Buffer.from('{"alg":"none","kid":"one"}').toString('base64url')}.${
    ours.token({ aud: 'holdfast' }).split('.')[1]
  }.`;
  for (const token of [
    ours.token({ aud: 'other' }),
    ours.token({}),
    ours.token({ aud: 'holdfast', exp: 1_000_000_000 }),
    ours.token({ aud: 'holdfast', nbf: 3_999_999_999 }),
    ours.token({ client_id: 'holdfast', token_use: 'id' }),
    ours.token({ aud: 'holdfast' }, { alg: 'none' }),
    ours.token({ aud: 'holdfast' }, { kid: 'two' }),
    unsigned,
    'not.a.token',
  ]) {
    await expect(verifier()(token)).rejects.toMatchObject({ name: 'Unauthenticated' });
  }
});

test("an access token of Cognito's form names its audience as client_id", async () => {
  const token = ours.token({ sub: 'anna', client_id: 'holdfast', token_use: 'access' });
  expect(await verifier()(token)).toMatchObject({ sub: 'anna' });
});

test('keys that cannot be had make the token neither good nor bad', async () => {
  const broken = await startIssuer();
  broken.served.failing = true;
  const token = broken.token({ sub: 'anna', aud: 'holdfast' });
  const verify = verifier(broken.issuer);
  await expect(verify(token)).rejects.toMatchObject({ name: 'Unavailable' });
  await expect(verify(token)).rejects.toMatchObject({ name: 'Unavailable' });
  broken.stop();
});

test('keys over plain HTTP are taken from this machine only', () => {
  expect(() => verifier('http://people.example')).toThrow(/must come over https/);
  expect(() => verifier('https://people.example')).not.toThrow();
});

test('without an issuer nobody is let in', async () => {
  await expect(jwtVerifier([])(ours.token({ aud: 'holdfast' }))).rejects.toMatchObject({
    name: 'Unauthenticated',
  });
});
