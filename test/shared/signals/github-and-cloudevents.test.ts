import { describe, expect, test } from 'vitest';
import { mapper } from '../../../shared/signals/index.ts';
import { checkRunBody, commentBody, NOW, SHA } from './bodies.ts';
import { only, signalsOf } from './mapping.ts';

describe('github', () => {
  const headers = { 'x-github-event': 'check_run', 'x-github-delivery': 'guid-1' };

  test.each([
    ['failure', 'firing'],
    ['timed_out', 'firing'],
    ['success', 'resolved'],
    ['cancelled', 'info'],
    ['neutral', 'info'],
    [null, 'info'],
  ])('a check run that concludes %s is %s', (conclusion, status) => {
    const signal = only('github', checkRunBody(conclusion), headers);
    expect(signal).toMatchObject({ status, revision: SHA, sourceEventId: 'guid-1' });
  });

  test('a manual redelivery carries the same GUID and is the same delivery', () => {
    const [first] = signalsOf('github', checkRunBody('success'), headers);
    const [again] = signalsOf('github', checkRunBody('success'), headers);
    expect(again?.dedupeKey).toBe(first?.dedupeKey);
  });

  test('a ping leaves no signal', () => {
    const mapped = mapper('github')({
      body: { zen: 'calm' },
      headers: { 'x-github-event': 'ping', 'x-github-delivery': 'g' },
      receivedAt: NOW,
    });
    expect(mapped).toEqual({ kind: 'ping' });
  });

  test('an event that nobody reads leaves no signal', () => {
    expect(signalsOf('github', {}, { ...headers, 'x-github-event': 'star' })).toEqual([]);
  });

  test('a delivery without its headers is refused by their names', () => {
    expect(() => signalsOf('github', checkRunBody('success'))).toThrow(/x-github-event/);
  });

  test('a failed deployment of an environment is firing', () => {
    const body = {
      repository: { full_name: 'acme/shop' },
      deployment: { sha: SHA, environment: 'staging' },
      deployment_status: { state: 'failure', created_at: '2026-11-21T09:50:00Z' },
    };
    const signal = only('github', body, { ...headers, 'x-github-event': 'deployment_status' });
    expect(signal).toMatchObject({ status: 'firing', fingerprint: 'acme/shop|staging', revision: SHA });
  });

  test('a closed pull request says whether it was merged', () => {
    const body = {
      action: 'closed',
      number: 7,
      repository: { full_name: 'acme/gitops' },
      pull_request: {
        merged: true,
        merge_commit_sha: SHA,
        head: { ref: 'rollback/shop', sha: SHA },
        base: { ref: 'main' },
      },
    };
    const signal = only('github', body, { ...headers, 'x-github-event': 'pull_request' });
    expect(signal).toMatchObject({ status: 'info', labels: { number: '7', merged: 'true', mergeSha: SHA } });
  });
});

describe('github comments', () => {
  const commented = { 'x-github-event': 'issue_comment', 'x-github-delivery': 'guid-1' };

  test('a comment on a pull request is information that holds nothing of its text', () => {
    const signal = only('github', commentBody(), commented);
    expect(signal).toMatchObject({ status: 'info', kind: 'issue_comment' });
    expect(signal.labels).toEqual({
      repository: 'acme/gitops',
      number: '7',
      commentId: '42',
      login: 'dana',
    });
    expect(JSON.stringify(signal)).not.toContain('APPROVE');
  });

  const by = (user: unknown) => ({ comment: { ...commentBody().comment, user } });
  test.each([
    ['that was edited', { action: 'edited' }],
    ['that was deleted', { action: 'deleted' }],
    ['on an issue', { issue: { number: 7 } }],
    ['of an app', by({ login: 'holdfast', type: 'Bot' })],
    ['whose login ends in [bot]', by({ login: 'holdfast[bot]' })],
    ['of a deleted account', by(null)],
  ])('a comment %s leaves no signal', (_name, change) => {
    expect(signalsOf('github', commentBody(change), commented)).toEqual([]);
  });
});

describe('cloudevents', () => {
  const event = {
    specversion: '1.0',
    id: 'e1',
    source: '/shop',
    type: 'test.shop.degraded',
    subject: 'shop',
  };

  test('structured and binary mode are the same signal', () => {
    const data = { status: 'firing', severity: 'high', service: 'shop' };
    const structured = only(
      'cloudevents',
      { ...event, data },
      { 'content-type': 'application/cloudevents+json' },
    );
    const binary = only('cloudevents', data, {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'e1',
      'ce-source': '/shop',
      'ce-type': 'test.shop.degraded',
      'ce-subject': 'shop',
    });
    expect(binary).toEqual(structured);
    expect(structured).toMatchObject({ status: 'firing', severity: 'high', labels: { service: 'shop' } });
  });

  test.each([
    ['a.b.degraded', 'firing'],
    ['a.b.recovered', 'resolved'],
    ['a.b.happened', 'info'],
  ])('without a status the type %s is %s', (type, status) => {
    expect(only('cloudevents', { ...event, type }).status).toBe(status);
  });

  test('source and id are the identity of the delivery', () => {
    expect(only('cloudevents', event).sourceEventId).toBe('/shop#e1');
  });

  test('a batch is refused', () => {
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    expect(() => signalsOf('cloudevents', [event], headers)).toThrow(/one at a time/);
  });
});
