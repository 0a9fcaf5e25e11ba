import * as z from 'zod';
import { parse } from '../../kernel/index.ts';
import type { SignalStatus } from '../contract.ts';
import { AwsEvent } from './aws-event.ts';
import { type MappedSignal, type Mapper, severityOf, timeOf } from './mapped.ts';

const Metric = z.looseObject({
  metricStat: z
    .looseObject({
      metric: z.looseObject({
        namespace: z.string().nullish(),
        name: z.string().nullish(),
        dimensions: z.record(z.string(), z.string()).nullish(),
      }),
    })
    .nullish(),
});

/** EventBridge's "CloudWatch Alarm State Change". Its times end in +0000. */
const AlarmEvent = AwsEvent.extend({
  source: z.literal('aws.cloudwatch'),
  'detail-type': z.literal('CloudWatch Alarm State Change'),
  resources: z.array(z.string()).min(1),
  detail: z.looseObject({
    alarmName: z.string().min(1),
    alarmTags: z.record(z.string(), z.string()).nullish(),
    state: z.looseObject({
      value: z.enum(['ALARM', 'OK', 'INSUFFICIENT_DATA']),
      timestamp: z.string(),
      reason: z.string().nullish(),
      reasonData: z.string().nullish(),
      actionsSuppressedBy: z.string().nullish(),
    }),
    configuration: z.looseObject({ metrics: z.array(Metric).nullish() }).nullish(),
  }),
});
type AlarmEvent = z.infer<typeof AlarmEvent>;

const Triggers = z.looseObject({ triggeringAlarms: z.array(z.looseObject({ arn: z.string() })) });

/** A change of an alarm's state. A composite alarm whose actions are suppressed is recorded and nothing is done. */
export const mapCloudwatch: Mapper = ({ body }) => ({
  kind: 'signals',
  signals: [signalOf(parse(AlarmEvent, body, 'the alarm event'))],
});

function signalOf(event: AlarmEvent): MappedSignal {
  const { alarmName, state, alarmTags } = event.detail;
  const arn = event.resources[0] ?? alarmName;
  const suppressed = typeof state.actionsSuppressedBy === 'string';
  const startsAt = timeOf(state.timestamp) ?? timeOf(event.time);
  const status = suppressed && state.value === 'ALARM' ? 'info' : statusOf(state.value);
  return {
    sourceEventId: event.id,
    fingerprint: arn,
    status,
    kind: 'alarm',
    severity: status === 'firing' ? severityOf(alarmTags?.severity ?? 'high') : 'info',
    title: `${alarmName}: ${state.reason ?? state.value}`,
    ...(startsAt !== undefined && { startsAt }),
    links: [consoleLink(event.region, alarmName)],
    labels: {
      ...metricLabels(event),
      ...Object.fromEntries(Object.entries(alarmTags ?? {}).map(([name, value]) => [`tags.${name}`, value])),
      alarmName,
      alarmArn: arn,
      account: event.account,
      region: event.region,
      triggeringAlarms: triggersOf(state.reasonData),
    },
    flags: suppressed ? ['suppressed'] : [],
  };
}

function statusOf(value: AlarmEvent['detail']['state']['value']): SignalStatus {
  switch (value) {
    case 'ALARM':
      return 'firing';
    case 'OK':
      return 'resolved';
    case 'INSUFFICIENT_DATA':
      return 'info';
  }
}

/** Of an alarm over several metrics, those of the first that is one. */
function metricLabels({ detail }: AlarmEvent): Record<string, unknown> {
  const metric = detail.configuration?.metrics?.find((each) => each.metricStat)?.metricStat?.metric;
  return { ...metric?.dimensions, namespace: metric?.namespace, metric: metric?.name };
}

/** The children that made a composite alarm fire, by ARN: parent and child are told as one. */
function triggersOf(reasonData: string | null | undefined): string | undefined {
  try {
    const found = Triggers.safeParse(JSON.parse(reasonData ?? 'null'));
    return found.success ? found.data.triggeringAlarms.map((alarm) => alarm.arn).join(',') : undefined;
  } catch {
    return undefined; // free text: only composite alarms write JSON here
  }
}

function consoleLink(region: string, alarmName: string): string {
  const alarm = encodeURIComponent(alarmName);
  return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#alarmsV2:alarm/${alarm}`;
}
