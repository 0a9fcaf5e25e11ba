import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ofType, plain, synthesise } from './synthesised.ts';

const RUNBOOK = join(import.meta.dirname, '..', '..', 'docs', 'runbook.md');
const resources = synthesise();
const alarms = ofType(resources, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
const headings = (existsSync(RUNBOOK) ? readFileSync(RUNBOOK, 'utf8') : '')
  .split('\n')
  .filter((line) => /^#{1,6} /.test(line))
  .map((line) => line.replace(/^#+ /, '').trim());

/** All mappings but those of a queue, which has its dead letters. */
const streamMappings = ofType(resources, 'AWS::Lambda::EventSourceMapping').filter(
  ({ Properties }) => 'StartingPosition' in Properties,
);

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
  // what has dead letters of its own is a queue that somebody reads
  const queues = ofType(resources, 'AWS::SQS::Queue').filter(
    ({ Properties }) => !('RedrivePolicy' in Properties),
  );
  expect(queues.length).toBeGreaterThan(0);
  for (const queue of queues) expect(watched).toContain(queue.logicalId);
});

test('the page that a machine names where it fails is there', () => {
  const machines = ofType(resources, 'AWS::StepFunctions::StateMachine');
  const text = JSON.stringify(machines.map(({ Properties }) => plain(Properties.DefinitionString)));
  const named = [...text.matchAll(/docs\/runbook\.md#(\w+)/g)].map((found) => found[1]);
  expect(named).toHaveLength(machines.length);
  const anchors = headings.map((heading) => heading.toLowerCase().replaceAll('/', ''));
  for (const anchor of named) expect(anchors).toContain(anchor);
});

test('every reader of a stream has an alarm on its lag', () => {
  const lag = alarms.filter((alarm) => alarm.MetricName === 'IteratorAge');
  expect(lag).toHaveLength(streamMappings.length);
});

test('every mapping that puts records into the failures bucket has an alarm on it', () => {
  const watched = JSON.stringify(alarms.filter((alarm) => String(alarm.AlarmName).endsWith('/GivenUp')));
  for (const { logicalId, Properties } of streamMappings) {
    expect(watched).toContain(logicalId);
    // Lambda emits these counts only where they are asked for.
    expect(Properties.MetricsConfig).toEqual({ Metrics: ['EventCount'] });
  }
});

test('the panels of the dashboard are there', () => {
  const [dashboard] = ofType(resources, 'AWS::CloudWatch::Dashboard');
  const body = String(plain(dashboard?.Properties.DashboardBody));
  const { widgets } = JSON.parse(body.replaceAll(/\$\{[^}]*\}/g, 'x')) as {
    widgets: { properties: { title?: string } }[];
  };
  const titles = widgets.map((widget) => widget.properties.title);
  for (const title of [
    'Success rate, 24 h, %',
    'Active attempts by state',
    'Seconds to recover, p50 and p95',
    'Integration calls, seconds, p50, p95 and p99',
    'Violations by invariant, 24 h',
    'Degradations per service',
    'Deployments',
    'Rollouts',
    'Seconds from verdict to no traffic, median and longest',
    'The judge: sweeps, rollouts judged, errors',
    'Checkpoints: signed, refused',
  ])
    expect(titles).toContain(title);
});

test('every construct that the runbook looks up is there, in the stack it says', () => {
  const runbook = readFileSync(RUNBOOK, 'utf8');
  const looked = [
    ...runbook.matchAll(/holdfast_(resource|log)\s+([A-Z]\w*[a-z]\w*)(?: \d+[mhd])?(?: (Holdfast\w+))?/g),
  ];
  expect(looked.length).toBeGreaterThan(15);
  for (const [words, kind, name = '', stack = 'HoldfastControlPlane'] of looked) {
    const prefix = kind === 'log' ? `${name}Logs` : name;
    const found = resources.filter((each) => each.stack === stack && each.logicalId.startsWith(prefix));
    expect(found, words).not.toEqual([]);
  }
});
