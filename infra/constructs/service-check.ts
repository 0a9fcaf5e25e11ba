import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DecisionTables } from './decision-tables.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { HoldfastApi } from './http-api.ts';
import type { OutsideWorld } from './outside-world.ts';
import { STARTS_NOTHING } from './rollbacks.ts';
import type { SplitTraffic } from './split-traffic.ts';

type ServiceCheckProps = {
  readonly setting: FunctionSetting;
  readonly api: HoldfastApi;
  readonly tables: DecisionTables;
  readonly world: OutsideWorld;
  readonly traffic: SplitTraffic;
};

/**
 * What the next rollback or rollout of a service would need is tried by day. It stands beside the rollouts because the
 * parameter that says which functions may be read is declared there.
 */
export class ServiceCheck extends Construct {
  constructor(scope: Construct, id: string, { setting, api, tables, world, traffic }: ServiceCheckProps) {
    super(scope, id);
    const check = new HoldfastFunction(this, 'CheckService', {
      setting,
      description: 'Tries what a rollback or a rollout of a service would need; changes nothing',
      timeout: Duration.seconds(28),
      environment: STARTS_NOTHING,
    });
    tables.grantReadHeads(check);
    world.grantReach(check);
    traffic.grantReadSplit(check);
    traffic.grantReadMetrics(check);
    api.serveFrom(this, check, 'POST /v1/services/{name}/check');
  }
}
