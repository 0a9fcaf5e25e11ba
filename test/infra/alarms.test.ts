import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ofType, synthesise } from './synthesised.ts';

const RUNBOOK = join(import.meta.dirname, '..', '..', 'docs', 'runbook.md');
const resources = synthesise();
const alarms = ofType(resources, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
const headings = (existsSync(RUNBOOK) ? readFileSync(RUNBOOK, 'utf8') : '')
  .split('\n')
  .filter((line) => /^#{1,6} /.test(line))
  .map((line) => line.replace(/^#+ /, '').trim());

describe.each(alarms.map((alarm) => [String(alarm.AlarmName), alarm] as const))('%s', (name, alarm) => {
  test('is named by capability, subject and condition', () => {
    expect(name).toMatch(/^[A-Z]\w+\/[A-Z]\w+\/[A-Z]\w+$/);
  });

  test('has its heading in the runbook, and names it', () => {
    expect(headings, 'docs/runbook.md needs a heading with the exact name of the alarm').toContain(name);
    const anchor = name.toLowerCase().replaceAll('/', '');
    expect(alarm.AlarmDescription).toContain(`docs/runbook.md#${anchor}`);
  });
});

test('every dead-letter queue has an alarm', () => {
  const watched = JSON.stringify(
    alarms.filter((alarm) => alarm.MetricName === 'ApproximateNumberOfMessagesVisible'),
  );
  const queues = ofType(resources, 'AWS::SQS::Queue');
  expect(queues.length).toBeGreaterThan(0);
  for (const queue of queues) expect(watched).toContain(queue.logicalId);
});

test('every reader of a stream has an alarm on its lag', () => {
  const lag = alarms.filter((alarm) => alarm.MetricName === 'IteratorAge');
  expect(lag).toHaveLength(ofType(resources, 'AWS::Lambda::EventSourceMapping').length);
});

test('a health sweep that is silent for three minutes rings', () => {
  const sweep = alarms.find((alarm) => alarm.AlarmName === 'Rollbacks/HealthSweep/Missed');
  expect(sweep).toMatchObject({
    Namespace: 'Holdfast',
    MetricName: 'health_sweeps_total',
    Period: 60,
    EvaluationPeriods: 3,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  });
});
