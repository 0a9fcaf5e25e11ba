import * as z from 'zod';
import { parse } from '../../kernel/index.ts';
import type { Severity, SignalStatus } from '../contract.ts';
import { AwsEvent, firstTime } from './aws-event.ts';
import type { Mapper } from './mapped.ts';

const CodedeployEvent = AwsEvent.extend({
  source: z.literal('aws.codedeploy'),
  'detail-type': z.literal('CodeDeploy Deployment State-change Notification'),
  detail: z.looseObject({
    application: z.string().min(1),
    deploymentGroup: z.string().min(1),
    deploymentId: z.string().min(1),
    state: z.string().min(1),
  }),
});

const STATES: Readonly<Record<string, { readonly status: SignalStatus; readonly severity: Severity }>> = {
  FAILURE: { status: 'firing', severity: 'high' },
  STOP: { status: 'firing', severity: 'medium' },
  SUCCESS: { status: 'resolved', severity: 'info' },
};

/** The state of a CodeDeploy deployment. CodeDeploy sends at its best effort: what is lost is found by the sweep. */
export const mapCodedeploy: Mapper = ({ body }) => {
  const event = parse(CodedeployEvent, body, 'the CodeDeploy event');
  const { application, deploymentGroup, deploymentId, state } = event.detail;
  const startsAt = firstTime(event.time);
  const signal = {
    sourceEventId: event.id,
    fingerprint: [event.account, event.region, application, deploymentGroup].join('|'),
    ...(STATES[state] ?? { status: 'info' as const, severity: 'info' as const }),
    kind: 'deployment',
    title: `deployment ${deploymentId} of ${application}/${deploymentGroup}: ${state}`,
    ...(startsAt !== undefined && { startsAt }),
    links: [],
    labels: {
      ...{ application, deploymentGroup, deployment: deploymentId, state },
      ...{ account: event.account, region: event.region },
    },
  };
  return { kind: 'signals', signals: [signal] };
};
