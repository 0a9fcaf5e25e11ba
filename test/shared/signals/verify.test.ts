import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isGenuine } from '../../../shared/signals/verify.ts';

const body = Buffer.from('{"a":1}');
const sign = (secret: string, bytes: Uint8Array = body) =>
  `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`;

describe('github', () => {
  const github = (signature: string, secrets: readonly string[], bytes: Uint8Array = body) =>
    isGenuine('github', { headers: { 'x-hub-signature-256': signature }, body: bytes }, secrets);

  test('the signature over the raw bytes is accepted under any of the active secrets', () => {
    expect(github(sign('new'), ['new', 'old'])).toBe(true);
    expect(github(sign('old'), ['new', 'old'])).toBe(true);
    expect(github(sign('gone'), ['new', 'old'])).toBe(false);
  });

  test('the same JSON in other bytes is refused', () => {
    expect(github(sign('s'), ['s'], Buffer.from('{"a": 1}'))).toBe(false);
  });

  test('without secrets nobody is let in, whatever is sent', () => {
    expect(github(sign(''), [])).toBe(false);
    expect(github(sign(''), [''])).toBe(false);
  });

  test('a bearer token does not stand in for a signature', () => {
    expect(isGenuine('github', { headers: { authorization: 'Bearer s' }, body }, ['s'])).toBe(false);
  });
});

describe.each(['argocd', 'alertmanager', 'cloudevents'] as const)('%s', (source) => {
  test('one of the active tokens is accepted as bearer or in our own header', () => {
    const secrets = ['one', 'two'];
    expect(isGenuine(source, { headers: { authorization: 'Bearer two' }, body }, secrets)).toBe(true);
    expect(isGenuine(source, { headers: { 'x-holdfast-token': 'one' }, body }, secrets)).toBe(true);
    expect(isGenuine(source, { headers: { authorization: 'Basic two' }, body }, secrets)).toBe(false);
    expect(isGenuine(source, { headers: {}, body }, secrets)).toBe(false);
    expect(isGenuine(source, { headers: { authorization: 'Bearer two' }, body }, [])).toBe(false);
  });

  test('no other token is accepted', () => {
    fc.assert(
      fc.property(fc.string(), (token) => {
        fc.pre(token.trim() !== 'right');
        return !isGenuine(source, { headers: { authorization: `Bearer ${token}` }, body }, ['right']);
      }),
    );
  });
});
