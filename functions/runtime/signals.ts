import { dynamoSignals } from '../../shared/adapters/aws/dynamodb-signals.ts';
import { readSignal, SIGNAL_KEPT_DAYS } from '../../shared/signals/index.ts';
import { once, required } from './environment.ts';
import { meter } from './observe.ts';
import { tables } from './tables.ts';
import { clock } from './world.ts';

const DAY_SECONDS = 86_400;

/** The signals table. */
export const signals = once(() =>
  dynamoSignals({
    client: tables(),
    table: required('SIGNALS_TABLE'),
    keptSeconds: SIGNAL_KEPT_DAYS * DAY_SECONDS,
    read: readSignal,
  }),
);

/** What taking signals in needs. */
export const acceptDeps = once(() => ({ signals: signals(), clock, meter: meter() }));
