import { documentClient } from '../../shared/adapters/aws/clients.ts';
import { once } from './environment.ts';

/** One client for all tables of a container. */
export const tables = once(() => documentClient());
