import { busClient, eventBridgePublisher } from '../../shared/adapters/aws/eventbridge-publisher.ts';
import { once, required } from './environment.ts';

/** The bus that the events of decisions go to. */
export const publisher = once(() =>
  eventBridgePublisher({ client: busClient(), bus: required('EVENT_BUS') }),
);
