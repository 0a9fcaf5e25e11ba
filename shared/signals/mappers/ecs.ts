import * as z from 'zod';
import { parse } from '../../kernel/index.ts';
import type { Severity, SignalStatus } from '../contract.ts';
import { AwsEvent, firstTime } from './aws-event.ts';
import type { MappedSignal, Mapper } from './mapped.ts';

const Text = z.string().nullish();

/** "ECS Deployment State Change" and "ECS Service Action". */
const EcsEvent = AwsEvent.extend({
  source: z.literal('aws.ecs'),
  'detail-type': z.enum(['ECS Deployment State Change', 'ECS Service Action']),
  resources: z.array(z.string()).min(1),
  detail: z.looseObject({
    eventType: z.string(),
    eventName: z.string().min(1),
    deploymentId: Text,
    clusterArn: Text,
    updatedAt: Text,
    createdAt: Text,
    reason: Text,
  }),
});
type EcsEvent = z.infer<typeof EcsEvent>;

/**
 * What ECS says about a service. Only a failed deployment fires. ECS's own rollback comes as a deployment in progress, of
 * which only the reason tells; it is flagged as suppressed, for ECS is acting already.
 */
export const mapEcs: Mapper = ({ body }) => ({
  kind: 'signals',
  signals: [signalOf(parse(EcsEvent, body, 'the ECS event'))],
});

function signalOf(event: EcsEvent): MappedSignal {
  const { detail } = event;
  const serviceArn = event.resources[0] ?? '';
  const rollingBack = isRollingBack(event);
  const status = rollingBack ? 'info' : statusOf(detail.eventName);
  const startsAt = firstTime(detail.updatedAt, detail.createdAt, event.time);
  return {
    sourceEventId: event.id,
    fingerprint: serviceArn,
    status,
    kind: event['detail-type'] === 'ECS Service Action' ? 'service_action' : 'deployment',
    severity: severityOf(status, detail.eventType),
    title: `${detail.eventName} of ${serviceArn.split('/').slice(-2).join('/')}: ${detail.reason ?? ''}`,
    ...(startsAt !== undefined && { startsAt }),
    links: [],
    labels: {
      ...{ serviceArn, service: serviceArn.split('/').at(-1), cluster: clusterOf(serviceArn) },
      ...{ deployment: detail.deploymentId, event: detail.eventName, eventType: detail.eventType },
      ...{ account: event.account, region: event.region, rollingBack },
    },
    flags: rollingBack ? ['suppressed'] : [],
  };
}

function isRollingBack({ detail }: EcsEvent): boolean {
  return (
    detail.eventName === 'SERVICE_DEPLOYMENT_IN_PROGRESS' && /\brolling back to\b/i.test(detail.reason ?? '')
  );
}

function statusOf(eventName: string): SignalStatus {
  if (eventName === 'SERVICE_DEPLOYMENT_FAILED') return 'firing';
  return ['SERVICE_DEPLOYMENT_COMPLETED', 'SERVICE_STEADY_STATE'].includes(eventName) ? 'resolved' : 'info';
}

function severityOf(status: SignalStatus, eventType: string): Severity {
  if (status === 'firing' || eventType === 'ERROR') return 'high';
  return eventType === 'WARN' ? 'medium' : 'info';
}

/** `arn:aws:ecs:region:account:service/cluster/name`; older ARNs name no cluster. */
function clusterOf(serviceArn: string): string | undefined {
  const [, cluster, name] = serviceArn.split('/');
  return name === undefined ? undefined : cluster;
}
