import * as z from 'zod';
import { parse } from '../../kernel/index.ts';
import { AwsEvent, firstTime } from './aws-event.ts';
import type { Mapper } from './mapped.ts';

const FisEvent = AwsEvent.extend({
  source: z.literal('aws.fis'),
  'detail-type': z.literal('FIS Experiment State Change'),
  detail: z.looseObject({
    'experiment-id': z.string().min(1),
    'experiment-template-id': z.string().min(1),
    'new-state': z.looseObject({ status: z.string().min(1), reason: z.string().nullish() }),
  }),
});

const WINDOWS: Readonly<Record<string, 'open' | 'closed'>> = {
  running: 'open',
  completed: 'closed',
  stopped: 'closed',
  failed: 'closed',
  cancelled: 'closed',
};

/** An experiment of the Fault Injection Service. While it runs a chaos window is open: a note, on which nothing acts. */
export const mapFis: Mapper = ({ body }) => {
  const event = parse(FisEvent, body, 'the FIS event');
  const { 'experiment-id': experiment, 'experiment-template-id': template } = event.detail;
  const { status: state, reason } = event.detail['new-state'];
  const chaosWindow = Object.hasOwn(WINDOWS, state) ? WINDOWS[state] : undefined;
  const startsAt = firstTime(event.time);
  const note = chaosWindow === undefined ? '' : `, the chaos window is ${chaosWindow}`;
  const signal = {
    sourceEventId: event.id,
    fingerprint: experiment,
    status: 'info' as const,
    kind: 'experiment',
    severity: 'info' as const,
    title: `experiment ${experiment} is ${state}${note}${reason ? `: ${reason}` : ''}`,
    ...(startsAt !== undefined && { startsAt }),
    links: [],
    labels: {
      ...{ experiment, templateId: template, state, chaosWindow },
      ...{ account: event.account, region: event.region },
    },
  };
  return { kind: 'signals', signals: [signal] };
};
