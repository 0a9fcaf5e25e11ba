import { dynamoLedger } from '../../shared/adapters/aws/dynamodb-ledger.ts';
import { backOff } from '../../shared/adapters/aws/failures.ts';
import type { SealDeps } from '../../shared/ledger/index.ts';
import { once, required } from './environment.ts';
import { meter } from './observe.ts';
import { tables } from './tables.ts';
import { clock, random } from './world.ts';

/** The chain of this installation. */
export const ledger = once(() =>
  dynamoLedger({
    client: tables(),
    table: required('LEDGER_TABLE'),
    payloads: required('PAYLOADS_TABLE'),
    ledgerId: required('LEDGER_ID'),
  }),
);

/** What sealing needs. */
export const sealDeps = once(
  (): SealDeps => ({ table: ledger(), clock, random, meter: meter(), pause: backOff }),
);
