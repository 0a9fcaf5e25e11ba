import * as z from 'zod';
import { parse } from '../../kernel/index.ts';
import type { Severity, SignalStatus } from '../contract.ts';
import { AwsEvent, firstTime } from './aws-event.ts';
import type { Mapper } from './mapped.ts';

const SagemakerEvent = AwsEvent.extend({
  source: z.literal('aws.sagemaker'),
  'detail-type': z.enum(['SageMaker Endpoint State Change', 'SageMaker Endpoint Deployment State Change']),
  detail: z.looseObject({
    EndpointName: z.string().min(1),
    EndpointArn: z.string().min(1),
    EndpointConfigName: z.string().nullish(),
    EndpointStatus: z.string().min(1),
    LastModifiedTime: z.union([z.number(), z.string()]).nullish(),
    Tags: z.record(z.string(), z.string()).nullish(),
  }),
});

/** ROLLING_BACK does not fire: SageMaker is putting the old one back itself. */
const STATUSES: Readonly<Record<string, { readonly status: SignalStatus; readonly severity: Severity }>> = {
  FAILED: { status: 'firing', severity: 'high' },
  UPDATE_ROLLBACK_FAILED: { status: 'firing', severity: 'high' },
  ROLLING_BACK: { status: 'info', severity: 'high' },
  IN_SERVICE: { status: 'resolved', severity: 'info' },
};

/** The state of a SageMaker endpoint, in the spelling of its events or of its API. One change may come in several events. */
export const mapSagemaker: Mapper = ({ body }) => {
  const event = parse(SagemakerEvent, body, 'the SageMaker event');
  const { detail } = event;
  const state = spelled(detail.EndpointStatus);
  const changed = firstTime(detail.LastModifiedTime);
  const startsAt = changed ?? firstTime(event.time);
  const signal = {
    sourceEventId: [detail.EndpointArn, changed ?? event.id, state].join('|'),
    fingerprint: detail.EndpointArn,
    ...(STATUSES[state] ?? { status: 'info' as const, severity: 'info' as const }),
    kind: event['detail-type'] === 'SageMaker Endpoint State Change' ? 'endpoint' : 'endpoint_deployment',
    title: `endpoint ${detail.EndpointName} is ${state}`,
    ...(startsAt !== undefined && { startsAt }),
    links: [],
    labels: {
      ...Object.fromEntries(
        Object.entries(detail.Tags ?? {}).map(([name, value]) => [`tags.${name}`, value]),
      ),
      ...{ endpoint: detail.EndpointName, endpointArn: detail.EndpointArn },
      ...{ endpointConfig: detail.EndpointConfigName, state },
      ...{ account: event.account, region: event.region },
    },
    flags: state === 'ROLLING_BACK' ? (['suppressed'] as const) : [],
  };
  return { kind: 'signals', signals: [signal] };
};

/** `InService` as the API writes it and `IN_SERVICE` as the events do are one. */
function spelled(status: string): string {
  return status.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
}
