import { dynamoLeases } from '../../shared/adapters/aws/dynamodb-leases.ts';
import { lambdaTraffic, trafficClient } from '../../shared/adapters/aws/lambda-traffic.ts';
import type { Leases } from '../../shared/ports/leases.ts';
import type { Traffic } from '../../shared/ports/traffic.ts';
import { once, required } from './environment.ts';
import { meter } from './observe.ts';
import { tables } from './tables.ts';
import { timed } from './timed-port.ts';
import { clock } from './world.ts';

/** Who alone may act on what. */
export const leases = once((): Leases => dynamoLeases({ client: tables(), table: required('WORK_TABLE') }));

/** What splits the traffic of services; what only reads needs no leases, nor their table. */
export const traffic = once((): Traffic => {
  const adapter = lambdaTraffic({
    client: trafficClient(),
    leases: { holds: (lease, now) => leases().holds(lease, now) },
    now: clock,
  });
  return timed('traffic', adapter, { clock, meter: meter() });
});
