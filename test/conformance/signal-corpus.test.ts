import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Signal, type SignalSource } from '../../shared/signals/contract.ts';
import { isGenuine, mapper } from '../../shared/signals/index.ts';
import { newSignal } from '../../shared/signals/new-signal.ts';
import { handbookFolder } from '../support/handbook.ts';

const folder = join(handbookFolder() ?? '/absent', 'payloads');
const absent = !existsSync(folder);
const NOW = '2026-11-21T12:00:00.000Z';

/** Which mapper reads which of the recorded bodies, by the beginning of the file's name. */
const MAPPED: readonly (readonly [string, SignalSource])[] = [
  ['alertmanager-', 'alertmanager'],
  ['grafana-', 'grafana'],
  ['github-', 'github'],
  ['pagerduty-', 'pagerduty'],
  ['slack-', 'slack'],
  ['cloudevents-', 'cloudevents'],
  ['aws-cw-cloudwatch-alarm-state-change-', 'cloudwatch'],
  ['aws-ecs-ecs-deployment-state-change-', 'ecs'],
  ['aws-ecs-ecs-service-action-', 'ecs'],
  ['aws-codedeploy-', 'codedeploy'],
  ['aws-sm-endpoint-deployment-', 'sagemaker'],
  ['aws-sm-sagemaker-endpoint-', 'sagemaker'],
  ['aws-health-', 'health'],
  ['aws-fis-', 'fis'],
];
/** Recorded, and read by nobody: other sources, other events of a source, and what is no signal. */
const UNMAPPED = [
  ...['_', 'argocd-', 'k8s-', 'datadog-', 'newrelic-', 'opsgenie-', 'sentry-', 'aws-apigw-'],
  ...['aws-autoscaling-', 'aws-cloudwatch-alarm-sns-', 'aws-codebuild-', 'aws-codepipeline-'],
  ...['aws-cw-cloudwatch-alarm-configuration-', 'aws-devops-guru-', 'aws-ecs-ecs-container-instance-'],
  ...['aws-ecs-ecs-task-', 'aws-sm-sagemaker-model-', 'aws-sm-sagemaker-training-'],
];

const files = absent ? [] : readdirSync(folder).filter((name) => name.endsWith('.json'));
const corpus = files.flatMap((file) => {
  const source = MAPPED.find(([prefix]) => file.startsWith(prefix))?.[1];
  return source === undefined ? [] : [{ file, source }];
});

function signalsOf(file: string, source: SignalSource): readonly Signal[] {
  const { payload, headers = {} } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const delivery = { 'x-github-delivery': 'guid' };
  const mapped = mapper(source)({ body: payload, headers: { ...delivery, ...headers }, receivedAt: NOW });
  if (mapped.kind !== 'signals') return [];
  return mapped.signals.map((each) => newSignal(source, each, { sha256: '', bytes: 0 }, Date.parse(NOW)));
}

describe.skipIf(absent)('the corpus of recorded bodies (skipped where the handbook is absent)', () => {
  test('every recorded body has a mapper, or is known to have none', () => {
    const known = files.filter(
      (file) =>
        corpus.some((each) => each.file === file) || UNMAPPED.some((prefix) => file.startsWith(prefix)),
    );
    expect(known).toEqual(files);
    expect(corpus.length).toBeGreaterThanOrEqual(40);
  });

  test.each(corpus)('$file is mapped by $source to whole signals, the same each time', ({ file, source }) => {
    const signals = signalsOf(file, source);
    for (const signal of signals) {
      expect(Signal.parse(JSON.parse(JSON.stringify(signal)))).toEqual(signal);
      expect([signal.startsAt, signal.observedAt].map((time) => new Date(time).toISOString())).toEqual([
        signal.startsAt,
        signal.observedAt,
      ]);
      // recorded years ago: nothing of it may be acted on today
      expect(signal.status).not.toBe('firing');
    }
    expect(new Set(signals.map((signal) => signal.dedupeKey)).size).toBe(signals.length);
    expect(signalsOf(file, source)).toEqual(signals);
  });
});

type Vector = Readonly<Record<'name' | 'secret' | 'timestamp' | 'body' | 'expected' | 'bad', string>>;

describe.skipIf(absent)('the signature vectors of the senders', () => {
  const vectors: readonly Vector[] = absent
    ? []
    : JSON.parse(readFileSync(join(folder, '_signature-vectors.json'), 'utf8'));
  const vectorOf = (name: string) => {
    const vector = vectors.find((each) => each.name === name);
    if (vector === undefined) throw new Error(`no vector ${name}`);
    return vector;
  };

  test("GitHub's is accepted, and one changed byte is not", () => {
    const { secret, body, expected } = vectorOf('github-x-hub-signature-256');
    const headers = { 'x-hub-signature-256': expected };
    expect(isGenuine('github', { headers, body: Buffer.from(body) }, [secret], 0)).toBe(true);
    expect(isGenuine('github', { headers, body: Buffer.from(`${body} `) }, [secret], 0)).toBe(false);
  });

  test("Slack's is accepted at its time, and five minutes and a second later it is not", () => {
    const { secret, body, expected, timestamp } = vectorOf('slack-v0');
    const headers = { 'x-slack-signature': expected, 'x-slack-request-timestamp': timestamp };
    const delivery = { headers, body: Buffer.from(body) };
    const at = Number(timestamp) * 1000;
    expect(isGenuine('slack', delivery, [secret], at)).toBe(true);
    expect(isGenuine('slack', delivery, [secret], at + 301_000)).toBe(false);
  });

  test("PagerDuty's is accepted, alone and beside a wrong one, and the wrong one alone is not", () => {
    const { secret, body, expected, bad } = vectorOf('pagerduty-v3');
    const signed = (signature: string) =>
      isGenuine(
        'pagerduty',
        { headers: { 'x-pagerduty-signature': signature }, body: Buffer.from(body) },
        [secret],
        0,
      );
    expect([signed(expected), signed(`${bad},${expected}`), signed(bad)]).toEqual([true, true, false]);
  });
});
