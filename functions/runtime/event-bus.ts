import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/clients.ts';
import { eventBridgePublisher } from '../../shared/adapters/aws/eventbridge-publisher.ts';
import { once, required } from './environment.ts';

/** The bus that the events of decisions go to. */
export const publisher = once(() =>
  eventBridgePublisher({ client: new EventBridgeClient(CLIENT_SETTINGS), bus: required('EVENT_BUS') }),
);
