import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isGenuine } from '../../../shared/signals/verify.ts';
import { NOW } from './bodies.ts';

const now = Date.parse(NOW);

const body = Buffer.from('{"a":1}');
const sign = (secret: string, bytes: Uint8Array = body) =>
  `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`;

describe('github', () => {
  const github = (signature: string, secrets: readonly string[], bytes: Uint8Array = body) =>
    isGenuine('github', { headers: { 'x-hub-signature-256': signature }, body: bytes }, secrets, now);

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
    expect(isGenuine('github', { headers: { authorization: 'Bearer s' }, body }, ['s'], now)).toBe(false);
  });
});

describe.each(['argocd', 'alertmanager', 'cloudevents', 'grafana', 'generic'] as const)('%s', (source) => {
  test('one of the active tokens is accepted as bearer or in our own header', () => {
    const secrets = ['one', 'two'];
    expect(isGenuine(source, { headers: { authorization: 'Bearer two' }, body }, secrets, now)).toBe(true);
    expect(isGenuine(source, { headers: { 'x-holdfast-token': 'one' }, body }, secrets, now)).toBe(true);
    expect(isGenuine(source, { headers: { authorization: 'Basic two' }, body }, secrets, now)).toBe(false);
    expect(isGenuine(source, { headers: {}, body }, secrets, now)).toBe(false);
    expect(isGenuine(source, { headers: { authorization: 'Bearer two' }, body }, [], now)).toBe(false);
  });

  test('no other token is accepted', () => {
    fc.assert(
      fc.property(fc.string(), (token) => {
        fc.pre(token.trim() !== 'right');
        return !isGenuine(source, { headers: { authorization: `Bearer ${token}` }, body }, ['right'], now);
      }),
    );
  });
});

describe('slack', () => {
  const seconds = now / 1000;
  const hmac = (at: number | string, bytes: Uint8Array = body, secret = 's') =>
    `v0=${createHmac('sha256', secret).update(`v0:${at}:`).update(bytes).digest('hex')}`;
  const slack = (at: number | string, signature: string, secrets: readonly string[] = ['s']) => {
    const headers = { 'x-slack-request-timestamp': String(at), 'x-slack-signature': signature };
    return isGenuine('slack', { headers, body }, secrets, now);
  };

  test('the signature over time and raw body is accepted under any of the active secrets', () => {
    expect(slack(seconds, hmac(seconds), ['new', 's'])).toBe(true);
    expect(slack(seconds, hmac(seconds), ['new'])).toBe(false);
    expect(slack(seconds, hmac(seconds, Buffer.from('{"a": 1}')))).toBe(false);
  });

  test.each([
    [-301, false],
    [-300, true],
    [300, true],
    [301, false],
  ])('a time that is %i s from ours: accepted %s', (skew, accepted) => {
    expect(slack(seconds + skew, hmac(seconds + skew))).toBe(accepted);
  });

  test('a time that was not signed is refused', () => {
    expect(slack(seconds + 1, hmac(seconds))).toBe(false);
    expect(slack('soon', hmac('soon'))).toBe(false);
    expect(isGenuine('slack', { headers: { 'x-slack-signature': hmac('') }, body }, ['s'], now)).toBe(false);
  });
});

describe('pagerduty', () => {
  const hmac = (secret: string) => `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const pagerduty = (signature: string, secrets: readonly string[] = ['s']) =>
    isGenuine('pagerduty', { headers: { 'x-pagerduty-signature': signature }, body }, secrets, now);

  test('any one of a list of signatures passes under any one of our secrets', () => {
    expect(pagerduty(hmac('s'))).toBe(true);
    expect(pagerduty(`${hmac('other')},${hmac('s')}`)).toBe(true);
    expect(pagerduty(`${hmac('other')}, ${hmac('s')}`, ['new', 's'])).toBe(true);
    expect(pagerduty(`${hmac('other')},${hmac('another')}`)).toBe(false);
  });

  test('a signature of another version, none, or the hundredth of a list is refused', () => {
    expect(pagerduty(hmac('s').replace('v1=', 'v0='))).toBe(false);
    expect(pagerduty('')).toBe(false);
    expect(pagerduty([...Array(99).fill(hmac('x')), hmac('s')].join(','))).toBe(false);
  });
});
