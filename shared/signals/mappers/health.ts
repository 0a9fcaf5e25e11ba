import * as z from 'zod';
import { millis, parse } from '../../kernel/index.ts';
import type { SignalStatus } from '../contract.ts';
import { AwsEvent, firstTime } from './aws-event.ts';
import type { MappedSignal, Mapper } from './mapped.ts';

const Text = z.string().nullish();

/** "AWS Health Event". Its pages and truth values are texts, its times RFC 1123. */
const HealthEvent = AwsEvent.extend({
  source: z.literal('aws.health'),
  'detail-type': z.literal('AWS Health Event'),
  detail: z.looseObject({
    eventArn: z.string().min(1),
    service: z.string().min(1),
    eventTypeCode: z.string().min(1),
    eventTypeCategory: z.string().min(1),
    communicationId: Text,
    startTime: Text,
    endTime: Text,
    statusCode: Text,
    eventRegion: Text,
    eventDescription: z.array(z.looseObject({ latestDescription: Text })).nullish(),
    affectedEntities: z.array(z.looseObject({ entityValue: Text })).nullish(),
    affectedAccount: Text,
    page: z.union([z.string(), z.number()]).nullish(),
    totalPages: z.union([z.string(), z.number()]).nullish(),
    backupEvent: z.union([z.string(), z.boolean()]).nullish(),
  }),
});
type HealthEvent = z.infer<typeof HealthEvent>;

/** What AWS says about itself. Only an issue that goes on fires; changes that are planned and notices are information. */
export const mapHealth: Mapper = ({ body, receivedAt }) => ({
  kind: 'signals',
  signals: [signalOf(parse(HealthEvent, body, 'the AWS Health event'), receivedAt)],
});

/** Identity by the communication and not by the event: AWS sends a copy (`backupEvent`) through another region. */
function signalOf(event: HealthEvent, receivedAt: string): MappedSignal {
  const { detail } = event;
  const account = detail.affectedAccount ?? event.account;
  const page = String(detail.page ?? '1');
  const startsAt = firstTime(detail.startTime, event.time);
  const endsAt = firstTime(detail.endTime);
  const status = statusOf(event, receivedAt);
  return {
    sourceEventId: [detail.communicationId ?? detail.eventArn, account, page].join('|'),
    fingerprint: [detail.eventArn, account].join('|'),
    status,
    kind: detail.eventTypeCategory,
    severity: status === 'firing' ? 'high' : 'info',
    title: `${detail.service}: ${detail.eventTypeCode}`,
    ...(startsAt !== undefined && { startsAt }),
    ...(endsAt !== undefined && { endsAt }),
    links: [],
    labels: {
      ...{ service: detail.service, eventType: detail.eventTypeCode, category: detail.eventTypeCategory },
      ...{ region: detail.eventRegion ?? event.region, account, entities: entitiesOf(event) },
      ...{ page, totalPages: detail.totalPages, backup: String(detail.backupEvent) === 'true' },
    },
  };
}

/** Often left `open` when it is over: then the text says [RESOLVED], or the end lies behind us. */
function statusOf({ detail }: HealthEvent, receivedAt: string): SignalStatus {
  const endsAt = firstTime(detail.endTime);
  const ended = endsAt !== undefined && millis(endsAt) <= millis(receivedAt);
  const said = (detail.eventDescription ?? []).some(({ latestDescription }) =>
    latestDescription?.includes('[RESOLVED]'),
  );
  if (detail.statusCode === 'closed' || ended || said) return 'resolved';
  return detail.statusCode === 'open' && detail.eventTypeCategory === 'issue' ? 'firing' : 'info';
}

function entitiesOf({ detail }: HealthEvent): string {
  return (detail.affectedEntities ?? []).map(({ entityValue }) => entityValue ?? '').join(',');
}
