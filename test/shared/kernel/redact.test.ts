import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact, redactText } from '../../../shared/kernel/index.ts';

describe('redaction', () => {
  // Put together here, so that no scanner takes this file for a leak.
  const letters = 'abcdefghij0123456789ABCDEFGHIJ';
  test.each([
    ['a GitHub token', `ghp${'_'}${letters}`],
    ['a fine-grained GitHub token', `github_pat${'_'}${letters}`],
    ['a Slack token', `xoxb${'-'}1234567890-abcdef`],
    ['an AWS access key id', `AKIA${'ABCDEFGHIJKLMNOP'}`],
    ['a JWT', ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', 'c2lnbmF0dXJl'].join('.')],
    ['a private key', `-----BEGIN ${'RSA'} PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----`],
    ['a private key cut short', `-----BEGIN ${'EC'} PRIVATE KEY-----\nMIIE`],
    ['an e-mail address', 'ada.lovelace+x@example.co.uk'],
  ])('takes %s out of a text and leaves the rest', (_, secret) => {
    expect(redactText(`before ${secret}`)).toBe('before [redacted]');
    expect(redactText(secret)).not.toContain(secret.slice(0, 20));
  });

  test('takes a bearer token and the password of a URL, not the words around them', () => {
    expect(redactText('Authorization: Bearer abc.def-ghi_jkl')).toBe('Authorization: Bearer [redacted]');
    expect(redactText('postgres://web:hunter2@db:5432/x')).toBe('postgres://web:[redacted]@db:5432/x');
  });

  test('takes the value under a telling name, however deep, and leaves other members', () => {
    const value = { list: [{ apiKey: 'k', password: 'p', 'client-secret': 's', name: 'web', token: 7 }] };
    expect(redact(value)).toEqual({
      list: [
        {
          apiKey: '[redacted]',
          password: '[redacted]',
          'client-secret': '[redacted]',
          name: 'web',
          token: 7,
        },
      ],
    });
  });

  test('leaves shas, ids, times and versions alone', () => {
    const plain = {
      sha: '0123456789abcdef0123456789abcdef01234567',
      id: 'rbk_01JD0000000000000000000000',
      at: '2026-11-21T10:00:00.000Z',
      image: 'registry/web@sha256:abc',
      version: '1.2.3',
      nothing: null,
      yes: true,
    };
    expect(redact(plain)).toEqual(plain);
  });

  test('once redacted is redacted for good, and the argument stays as it was', async () => {
    await fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const before = JSON.stringify(value);
        const clean = redact(value);
        expect(redact(clean)).toEqual(clean);
        expect(JSON.stringify(value)).toBe(before);
      }),
    );
  });
});
