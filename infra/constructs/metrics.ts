import { Construct } from 'constructs';
import type { DecisionTables } from './decision-tables.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { HoldfastApi } from './http-api.ts';
import type { SecretList } from './secret-lists.ts';
import type { WorkTable } from './work-table.ts';

type MetricsProps = {
  readonly setting: FunctionSetting;
  readonly api: HoldfastApi;
  readonly tables: DecisionTables;
  readonly work: WorkTable;
  readonly webhookSecrets: SecretList;
};

/** Metrics for a Prometheus that comes for them. The function reads sums and heads, and writes nothing. */
export class Metrics extends Construct {
  constructor(scope: Construct, id: string, props: MetricsProps) {
    super(scope, id);
    const expose = new HoldfastFunction(this, 'ExposeMetrics', {
      setting: props.setting,
      description: 'Shows the metrics of rollbacks to a Prometheus',
    });
    props.tables.grantReadHeads(expose);
    props.work.grantReadTallies(expose);
    props.webhookSecrets.grantRead(expose);
    props.api.servePublic(expose, 'GET /v1/metrics');
  }
}
