import { expect, test } from 'vitest';
import { authorizeRequest, type Claims, type Issuer } from '../../../shared/approvals/index.ts';
import { Fault } from '../../../shared/kernel/index.ts';

const ISSUER: Issuer = { issuer: 'https://people.example', audience: 'holdfast', groupsClaim: 'groups' };
const TOKEN = 'Bearer aaa.bbb.ccc';

function deps(claims: Claims, issuer: Issuer = ISSUER) {
  return { issuers: [issuer], verifyToken: async () => claims };
}

test('a token of a listed issuer names its subject, its person and its role', async () => {
  const claims = { iss: ISSUER.issuer, sub: 'anna', groups: ['operator'] };
  expect(await authorizeRequest(deps(claims), TOKEN)).toEqual({
    subject: 'anna',
    person: 'anna',
    role: 'operator',
    issuer: ISSUER.issuer,
  });
});

test('a subject that the map knows is that person, one it does not know is nobody', async () => {
  const mapped = { ...ISSUER, subjectMap: { 'repo:acme/shop': 'anna' } };
  const known = await authorizeRequest(deps({ iss: ISSUER.issuer, sub: 'repo:acme/shop' }, mapped), TOKEN);
  const unknown = await authorizeRequest(deps({ iss: ISSUER.issuer, sub: 'repo:acme/other' }, mapped), TOKEN);
  const inherited = await authorizeRequest(deps({ iss: ISSUER.issuer, sub: 'toString' }, mapped), TOKEN);
  expect(known.person).toBe('anna');
  expect(unknown).not.toHaveProperty('person');
  expect(inherited).not.toHaveProperty('person');
});

test('the subject is read from the claim that the issuer names', async () => {
  const issuer = { ...ISSUER, subjectClaim: 'email' };
  const claims = { iss: ISSUER.issuer, sub: '1', email: 'anna@acme.example' };
  expect((await authorizeRequest(deps(claims, issuer), TOKEN)).subject).toBe('anna@acme.example');
  const without = authorizeRequest(deps({ iss: ISSUER.issuer, sub: '1' }, issuer), TOKEN);
  await expect(without).rejects.toMatchObject({ name: 'Unauthenticated' });
});

test('a caller in no group of ours has no role', async () => {
  const identity = await authorizeRequest(
    deps({ iss: ISSUER.issuer, sub: 'anna', groups: ['staff'] }),
    TOKEN,
  );
  expect(identity).not.toHaveProperty('role');
});

test('a header that is no bearer token is refused before anything is verified', async () => {
  const untouched = {
    issuers: [ISSUER],
    verifyToken: () => Promise.reject(new Error('was asked')),
  };
  for (const header of [
    undefined,
    '',
    'Basic YTpi',
    'Bearer ',
    'Bearer a.b',
    'Bearer a.b.c d',
    'xBearer a.b.c',
  ]) {
    await expect(authorizeRequest(untouched, header)).rejects.toMatchObject({ name: 'Unauthenticated' });
  }
});

test('a token whose issuer is not in the list is refused even if it verifies', async () => {
  const claims = { iss: 'https://elsewhere.example', sub: 'anna', groups: ['admin'] };
  await expect(authorizeRequest(deps(claims), TOKEN)).rejects.toMatchObject({ name: 'Unauthenticated' });
});

test('that the keys cannot be had is passed on: nobody gets in', async () => {
  const down = { issuers: [ISSUER], verifyToken: () => Promise.reject(new Fault('Unavailable', 'no keys')) };
  await expect(authorizeRequest(down, TOKEN)).rejects.toMatchObject({ name: 'Unavailable' });
});
