import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SignalSource } from '../../shared/signals/contract.ts';
import { mapper } from '../../shared/signals/index.ts';
import { newSignal } from '../../shared/signals/new-signal.ts';

// biome-ignore lint/style/noProcessEnv: CI names the handbook's folder, and its absence is an error only there
const named = process.env.HOLDFAST_HANDBOOK;
const folder = join(named ?? '../shared', 'payloads');
if (named !== undefined && !existsSync(folder)) throw new Error(`HOLDFAST_HANDBOOK has no ${folder}`);
const absent = !existsSync(folder);

function read(name: string) {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

/** The signals of a recorded body, received right after it began. */
function signalsOf(source: SignalSource, file: string, at: string) {
  const { payload, headers = {} } = read(file);
  const delivery = source === 'github' ? { 'x-github-delivery': 'guid' } : {};
  const mapped = mapper(source)({ body: payload, headers: { ...headers, ...delivery }, receivedAt: at });
  if (mapped.kind !== 'signals') return 'ping';
  return mapped.signals.map((each) => newSignal(source, each, { sha256: '', bytes: 0 }, Date.parse(at)));
}

describe.skipIf(absent)('recorded bodies (skipped where the handbook is absent)', () => {
  test("alertmanager's sample is one firing alert without an end", () => {
    const signals = signalsOf('alertmanager', 'alertmanager-v4-firing.json', '2023-02-06T13:09:00.000Z');
    expect(signals).toMatchObject([
      {
        status: 'firing',
        severity: 'critical',
        fingerprint: '1a30ba71cca2921f',
        startsAt: '2023-02-06T13:08:45.828Z',
        labels: { alertname: 'ProbeFailure', job: 'http_checks' },
      },
    ]);
  });

  test.each([
    ['1', 'ServerCpuTooHigh', 'firing', []],
    ['4', 'ServiceAggregatedAlarm', 'info', ['suppressed']],
  ])("CloudWatch's state change %s of %s is %s", (number, alarmName, status, flags) => {
    const file = `aws-cw-cloudwatch-alarm-state-change-${number}.json`;
    const at = String(read(file).payload.time).replace(/Z$/, '.999Z');
    expect(signalsOf('cloudwatch', file, at)).toMatchObject([{ status, flags, labels: { alarmName } }]);
  });

  test.each(['2', '3'])("CloudWatch's state change %s is read", (number) => {
    const file = `aws-cw-cloudwatch-alarm-state-change-${number}.json`;
    expect(signalsOf('cloudwatch', file, '2026-01-01T00:00:00.000Z')).toHaveLength(1);
  });

  test('an alarm that changed its configuration is no change of state', () => {
    expect(() =>
      signalsOf('cloudwatch', 'aws-cw-cloudwatch-alarm-configuration-change-5.json', ''),
    ).toThrow();
  });

  test.each([
    ['check_run-completed', 'firing', 'check_run'],
    ['check_run-created', undefined, 'check_run'],
    ['check_suite-completed', 'resolved', 'check_suite'],
    ['status', 'resolved', 'status'],
    ['workflow_run-completed', 'info', 'workflow_run'],
    ['deployment_status-created', 'resolved', 'deployment_status'],
    ['pull_request-opened', 'info', 'pull_request'],
    ['pull_request-synchronize', 'info', 'pull_request'],
    ['pull_request-closed', 'info', 'pull_request'],
    ['push', 'info', 'push'],
    ['deployment-created', 'info', 'deployment'],
    ['pull_request_review-submitted', 'info', 'pull_request_review'],
    ['merge_group-checks_requested', 'info', 'merge_group'],
  ])("GitHub's %s is one signal", (name, status, kind) => {
    const [signal] = signalsOf('github', `github-${name}.json`, '2019-05-15T15:30:00.000Z');
    expect(signal).toMatchObject({ kind, ...(status !== undefined && { status }) });
  });

  test("GitHub's sample comment is on an issue, and leaves no signal", () => {
    expect(signalsOf('github', 'github-issue_comment-created.json', '2019-05-15T15:30:00.000Z')).toEqual([]);
  });

  test("GitHub's ping leaves no signal", () => {
    expect(signalsOf('github', 'github-ping.json', '2019-05-15T15:30:00.000Z')).toBe('ping');
  });

  test('the structured CloudEvent of the specification is information', () => {
    const [signal] = signalsOf('cloudevents', 'cloudevents-1.0-structured.json', '2018-04-05T17:32:00.000Z');
    expect(signal).toMatchObject({
      status: 'info',
      sourceEventId: '/mycontext#C234-1234-1234',
      labels: { source: '/mycontext', comexampleothervalue: '5' },
    });
  });
});
