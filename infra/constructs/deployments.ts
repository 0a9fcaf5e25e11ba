import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DecisionTables } from './decision-tables.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { HoldfastApi } from './http-api.ts';
import type { OutsideWorld } from './outside-world.ts';
import type { Rollouts } from './rollouts.ts';
import type { SplitTraffic } from './split-traffic.ts';
import type { WorkTable } from './work-table.ts';
import { HoldfastWorkflow } from './workflow.ts';

type DeploymentsProps = {
  readonly setting: FunctionSetting;
  readonly api: HoldfastApi;
  readonly tables: DecisionTables;
  readonly work: WorkTable;
  readonly world: OutsideWorld;
  readonly traffic: SplitTraffic;
  readonly rollouts: Rollouts;
};

/** The tasks of the workflow: what each may do beside deciding stands below. */
const TASKS = {
  GatherFacts: 'Reads what a change is from the forge, and what takes the traffic',
  AssessDeployment: 'Finds what a deployment resembles, and weighs its risk',
  DecideDeployment: 'Holds a deployment to policy and autonomy',
  AwaitDeployment: 'Stores the token of a wait and asks a person where one is needed',
  StartRollout: 'Freezes what the judge compares with, and starts the rollout',
  RecordRollout: 'Records how the rollout of a deployment ended',
  ExpireDeployment: 'Ends a state whose deadline has passed, or pages whoever is on call',
  HandOverDeployment: 'Hands a deployment over to a person',
} as const;

/** Changes are weighed, held to policy, approved where people say so, and handed to a rollout. */
export class Deployments extends Construct {
  readonly workflow: HoldfastWorkflow;

  constructor(scope: Construct, id: string, props: DeploymentsProps) {
    super(scope, id);
    const functions = Object.entries(TASKS).map(([name, description]) => this.task(name, description, props));
    const { logRetentionDays } = props.setting;
    this.workflow = new HoldfastWorkflow(this, 'GovernDeployment', { functions, logRetentionDays });
    this.grantTasks(functions, props);
    this.workflow.grantWake(props.rollouts.tellDeployment);
    this.serve(props);
  }

  private task(name: string, description: string, { setting, tables }: DeploymentsProps): HoldfastFunction {
    const fn = new HoldfastFunction(this, name, { setting, description, timeout: Duration.seconds(55) });
    tables.grantDecide(fn);
    return fn;
  }

  private grantTasks(
    functions: readonly HoldfastFunction[],
    { world, traffic, work, rollouts }: DeploymentsProps,
  ): void {
    for (const fn of functions) {
      const id = fn.node.id as keyof typeof TASKS;
      if (id === 'GatherFacts') {
        world.grantForge(fn);
        traffic.grantReadTraffic(fn);
      }
      if (id === 'AssessDeployment' || id === 'DecideDeployment') traffic.grantReadMetrics(fn);
      if (id === 'StartRollout') {
        traffic.grantReadMetrics(fn);
        rollouts.workflow.grantStart(fn, 'ROLLOUT_MACHINE_ARN');
      }
      if (id === 'AwaitDeployment') {
        work.grantStoreWaits(fn);
        this.workflow.grantWake(fn);
      }
    }
  }

  private serve(props: DeploymentsProps): void {
    const { setting, api, tables, work, rollouts } = props;
    const make = (name: string, description: string) =>
      new HoldfastFunction(this, name, { setting, description });
    const list = make('ListDeployments', 'Lists deployments');
    const get = make('GetDeployment', 'Shows a deployment');
    for (const fn of [list, get]) tables.grantReadHeads(fn);
    const decisions = make('ListDeploymentDecisions', 'Lists every decision of a deployment');
    const explain = make('ExplainDeployment', 'Tells in plain words why a deployment went as it did');
    for (const fn of [decisions, explain]) tables.grantReadDecisions(fn);
    const request = make('RequestDeployment', 'Opens a deployment that somebody asks for');
    const control = make('ControlDeployment', 'Aborts, promotes or retries a deployment for a person');
    for (const fn of [request, control]) {
      tables.grantDecide(fn);
      work.grantIdempotency(fn);
      this.workflow.grantStart(fn, 'DEPLOYMENT_MACHINE_ARN');
    }
    rollouts.grantLead(control, work);
    this.workflow.grantWake(control);
    api.serveFrom(this, request, 'POST /v1/deployments');
    api.serveFrom(this, list, 'GET /v1/deployments');
    api.serveFrom(this, get, 'GET /v1/deployments/{id}');
    api.serveFrom(this, decisions, 'GET /v1/deployments/{id}/decisions');
    api.serveFrom(this, explain, 'GET /v1/deployments/{id}/explain');
    api.serveFrom(this, control, 'POST /v1/deployments/{id}/{verb}');
  }
}
