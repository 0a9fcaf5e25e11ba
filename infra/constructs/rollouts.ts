import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { DecisionTables } from './decision-tables.ts';
import { every } from './event-bus.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { HoldfastApi } from './http-api.ts';
import type { SplitTraffic } from './split-traffic.ts';
import type { WorkTable } from './work-table.ts';
import { HoldfastWorkflow } from './workflow.ts';

type RolloutsProps = {
  readonly setting: FunctionSetting;
  readonly api: HoldfastApi;
  readonly tables: DecisionTables;
  readonly work: WorkTable;
  readonly traffic: SplitTraffic;
};

/** The tasks of the workflow: what each may do beside deciding stands below. */
const TASKS = {
  ShiftTraffic: 'Moves traffic between versions, and reads it back',
  AwaitRollout: 'Stores the token of a wait and asks a person where one is needed',
  RecordAnswer: "Reads where a rollout stands, and acts on a person's answer",
  ExpireRollout: 'Ends a state whose deadline has passed, or pages whoever is on call',
  HandOverRollout: 'Hands a rollout over to a person',
  TellDeployment: 'Wakes the deployment that waits for a rollout',
} as const;

/** Changes go onto traffic in stages. Only one function moves traffic, and it is not the one that judges. */
export class Rollouts extends Construct {
  readonly workflow: HoldfastWorkflow;
  readonly judge: HoldfastFunction;
  readonly judgeDeadLetters: DeadLetterQueue;
  /** Takes what people order of a rollout; deployments order by it too. */
  readonly tellDeployment: HoldfastFunction;

  constructor(scope: Construct, id: string, props: RolloutsProps) {
    super(scope, id);
    const functions = Object.entries(TASKS).map(([name, description]) => this.task(name, description, props));
    const { logRetentionDays } = props.setting;
    this.workflow = new HoldfastWorkflow(this, 'RollOutCanary', { functions, logRetentionDays });
    const named = (name: keyof typeof TASKS) => {
      const found = functions.find((fn) => fn.node.id === name);
      if (found === undefined) throw new Error(`there is no task ${name}`);
      return found;
    };
    props.traffic.grantShiftTraffic(named('ShiftTraffic'));
    const awaits = named('AwaitRollout');
    props.work.grantStoreWaits(awaits);
    this.workflow.grantWake(awaits);
    this.tellDeployment = named('TellDeployment');
    props.work.grantReadWaits(this.tellDeployment);
    this.judgeDeadLetters = new DeadLetterQueue(this, 'JudgeRolloutsDeadLetters');
    this.judge = this.makeJudge(props);
    this.serve(props);
  }

  /** Wake a rollout's workflow after a person or the judge has led it on. */
  grantLead(fn: HoldfastFunction, work: WorkTable): void {
    work.grantReadWaits(fn);
    this.workflow.grantWake(fn);
  }

  private task(name: string, description: string, { setting, tables }: RolloutsProps): HoldfastFunction {
    // just under what the state machine waits for it
    const fn = new HoldfastFunction(this, name, { setting, description, timeout: Duration.seconds(55) });
    // who only passes on what was decided decides nothing
    if (name === 'TellDeployment') tables.grantReadHeads(fn);
    else tables.grantDecide(fn);
    return fn;
  }

  private makeJudge(props: RolloutsProps): HoldfastFunction {
    const judge = new HoldfastFunction(this, 'JudgeRollouts', {
      setting: props.setting,
      description: 'Judges every rollout whose canary takes traffic; it cannot move any',
      timeout: Duration.seconds(55),
      failures: this.judgeDeadLetters,
    });
    props.tables.grantDecide(judge);
    props.work.grantJudge(judge);
    this.grantLead(judge, props.work);
    props.traffic.grantReadMetrics(judge);
    props.traffic.grantReadSplit(judge);
    every(Duration.minutes(1), this, 'JudgeSweep', { fn: judge, deadLetters: this.judgeDeadLetters });
    return judge;
  }

  private serve({ setting, api, tables, work }: RolloutsProps): void {
    const make = (name: string, description: string) =>
      new HoldfastFunction(this, name, { setting, description });
    const list = make('ListRollouts', 'Lists rollouts');
    const get = make('GetRollout', 'Shows a rollout, and what the judge saw last');
    for (const fn of [list, get]) tables.grantReadHeads(fn);
    work.grantReadJudgements(get);
    const decisions = make('ListRolloutDecisions', 'Lists every decision of a rollout');
    const explain = make('ExplainRollout', 'Tells in plain words why a rollout went as it did');
    for (const fn of [decisions, explain]) tables.grantReadDecisions(fn);
    const control = make('ControlRollout', 'Pauses, resumes, aborts or promotes a rollout for a person');
    tables.grantDecide(control);
    work.grantIdempotency(control);
    this.grantLead(control, work);
    api.serveFrom(this, list, 'GET /v1/rollouts');
    api.serveFrom(this, get, 'GET /v1/rollouts/{id}');
    api.serveFrom(this, decisions, 'GET /v1/rollouts/{id}/decisions');
    api.serveFrom(this, explain, 'GET /v1/rollouts/{id}/explain');
    api.serveFrom(this, control, 'POST /v1/rollouts/{id}/{verb}');
  }
}
