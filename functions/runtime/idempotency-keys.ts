import { dynamoIdempotencyKeys } from '../../shared/adapters/aws/dynamodb-idempotency.ts';
import { once, required } from './environment.ts';
import { tables } from './tables.ts';

/** The answers kept under Idempotency-Key, in the work table. */
export const idempotencyKeys = once(() =>
  dynamoIdempotencyKeys({ client: tables(), table: required('WORK_TABLE') }),
);
