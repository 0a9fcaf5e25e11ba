import { Construct } from 'constructs';
import type { DecisionTables } from './decision-tables.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { HoldfastApi } from './http-api.ts';
import type { WorkTable } from './work-table.ts';

export type ServicesProps = {
  readonly setting: FunctionSetting;
  readonly api: HoldfastApi;
  readonly tables: DecisionTables;
  readonly work: WorkTable;
};

/** The registry of services, the autonomy table, the kill switch, and what the API says about itself. */
export class Services extends Construct {
  readonly putKillSwitch: HoldfastFunction;

  constructor(scope: Construct, id: string, props: ServicesProps) {
    super(scope, id);
    this.serveReads(props);
    const { api, tables, work } = props;
    const write = (name: string, description: string) => {
      const fn = new HoldfastFunction(this, name, { setting: props.setting, description });
      tables.grantDecide(fn);
      work.grantIdempotency(fn);
      return fn;
    };
    api.serve(write('PutService', 'Registers or changes a service'), 'PUT /v1/services/{name}');
    api.serve(write('PutAutonomy', 'Sets how much Holdfast may do by itself'), 'PUT /v1/autonomy');
    this.putKillSwitch = write('PutKillSwitch', 'Stops or resumes every action of Holdfast');
    api.serve(this.putKillSwitch, 'PUT /v1/kill-switch');
  }

  private serveReads(props: ServicesProps): void {
    const { api, tables } = props;
    const make = (name: string, description: string) =>
      new HoldfastFunction(this, name, { setting: props.setting, description });
    const read = (name: string, description: string) => {
      const fn = make(name, description);
      tables.grantReadHeads(fn);
      return fn;
    };
    api.serve(read('GetService', 'Shows a service'), 'GET /v1/services/{name}');
    api.serve(read('ListServices', 'Lists the services'), 'GET /v1/services');
    api.serve(read('GetAutonomy', 'Shows how much Holdfast may do by itself'), 'GET /v1/autonomy');
    const decisions = make('ListServiceDecisions', 'Lists every decision on a service');
    tables.grantReadDecisions(decisions);
    api.serve(decisions, 'GET /v1/services/{name}/decisions');
    const autonomy = make('ListAutonomyDecisions', 'Lists every decision on autonomy and the kill switch');
    tables.grantReadDecisions(autonomy);
    api.serve(autonomy, 'GET /v1/autonomy/decisions');
    api.servePublic(make('ReportHealth', 'Says that the API answers'), 'GET /v1/health');
    api.servePublic(make('DescribeApi', 'Shows the OpenAPI document'), 'GET /v1/openapi.json');
  }
}
