import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { DecisionTables } from './decision-tables.ts';
import { every, type HoldfastBus } from './event-bus.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { HoldfastApi } from './http-api.ts';
import type { LedgerTable } from './ledger-table.ts';
import type { OutsideWorld } from './outside-world.ts';
import type { WorkTable } from './work-table.ts';
import { HoldfastWorkflow } from './workflow.ts';

type RollbacksProps = {
  readonly setting: FunctionSetting;
  readonly api: HoldfastApi;
  readonly tables: DecisionTables;
  readonly work: WorkTable;
  readonly world: OutsideWorld;
  readonly bus: HoldfastBus;
  readonly ledger: LedgerTable;
  readonly ledgerId: string;
};

/** The tasks of the workflow, with the seconds each may run: just under what the state machine waits for it. */
const TASKS = {
  AwaitRollback: { seconds: 28, description: 'Stores the token of a wait and reads the awaited fact again' },
  ResolveCandidate: { seconds: 145, description: 'Confirms a degradation and finds a stable revision' },
  OpenRollbackPullRequest: { seconds: 115, description: 'Opens the pull request of a rollback' },
  RecordCi: { seconds: 85, description: 'Records what CI said of a pull request' },
  CheckInvariants: { seconds: 55, description: 'Re-reads the eight invariants before a merge' },
  MergeRollbackPullRequest: { seconds: 55, description: 'Merges the pull request of a rollback' },
  JudgeRecovery: { seconds: 55, description: 'Says whether the service recovered after the merge' },
  RecordReview: { seconds: 85, description: 'Records the answer of a person, or that none came' },
  ExpireRollback: { seconds: 55, description: 'Ends an attempt whose deadline has passed' },
  HandOverRollback: { seconds: 55, description: 'Hands an attempt over to a person' },
} as const;

/** What may have to wait until a checkpoint covers the decision that allows a merge. */
const LEADING_TO_MERGE = ['CheckInvariants', 'MergeRollbackPullRequest'];

/**
 * All use cases of rollbacks are handed a workflow. Most of them start none, and the tasks cannot even name theirs: the
 * machine depends on them. `grantOpen` gives the names to those that may.
 */
export const STARTS_NOTHING = { ROLLBACK_MACHINE_ARN: 'none', WATCH_HEALTH_FUNCTION: 'none' };

/** Degraded services are watched, and rolled back by a workflow. */
export class Rollbacks extends Construct {
  readonly workflow: HoldfastWorkflow;
  readonly watchHealth: HoldfastFunction;
  readonly watchDeadLetters: DeadLetterQueue;
  readonly measureDeadLetters: DeadLetterQueue;
  readonly staleDeadLetters: DeadLetterQueue;
  private readonly work: WorkTable;

  constructor(scope: Construct, id: string, props: RollbacksProps) {
    super(scope, id);
    this.work = props.work;
    this.workflow = this.makeWorkflow(props);
    this.watchDeadLetters = new DeadLetterQueue(this, 'WatchHealthDeadLetters');
    this.watchHealth = this.makeWatch(props);
    this.staleDeadLetters = new DeadLetterQueue(this, 'CloseStalePullRequestsDeadLetters');
    this.closeStale(props);
    this.measureDeadLetters = new DeadLetterQueue(this, 'MeasureRollbacksDeadLetters');
    const measure = new HoldfastFunction(this, 'MeasureRollbacks', {
      setting: props.setting,
      description: 'Turns the events of rollbacks into metrics',
      failures: this.measureDeadLetters,
    });
    // an event is measured once, also when it is delivered twice or replayed
    props.work.grantTell(measure);
    props.work.grantAddTallies(measure);
    const consumer = { fn: measure, deadLetters: this.measureDeadLetters };
    props.bus.consume(this, 'RollbackEvents', 'holdfast.rollbacks', consumer);
    this.serveReads(props);
    this.serveWrites(props);
  }

  /** Open attempts: take the decision, start the workflow, have the service watched at once. */
  grantOpen(fn: HoldfastFunction): void {
    this.workflow.grantStart(fn, 'ROLLBACK_MACHINE_ARN');
    this.work.grantReadReadings(fn);
    fn.addEnvironment('WATCH_HEALTH_FUNCTION', this.watchHealth.functionArn);
    fn.allow(['lambda:InvokeFunction'], [this.watchHealth.functionArn]);
  }

  private makeWorkflow(props: RollbacksProps): HoldfastWorkflow {
    const functions = Object.entries(TASKS).map(([name, task]) => {
      const { seconds, description } = task;
      const timeout = Duration.seconds(seconds);
      const environment = STARTS_NOTHING;
      const fn = new HoldfastFunction(this, name, {
        setting: props.setting,
        description,
        timeout,
        environment,
      });
      props.tables.grantDecide(fn);
      props.work.grantReadReadings(fn);
      // handing over must work when nothing outside does
      if (name !== 'HandOverRollback') props.world.grantReach(fn);
      if (name === 'CheckInvariants') props.work.grantKeepEvaluations(fn);
      if (LEADING_TO_MERGE.includes(name)) props.ledger.grantReadCoverage(fn, 'rollback', props.ledgerId);
      return fn;
    });
    const { logRetentionDays } = props.setting;
    const workflow = new HoldfastWorkflow(this, 'RollBackService', { functions, logRetentionDays });
    for (const fn of functions.filter((made) => made.node.id === 'AwaitRollback')) {
      props.work.grantStoreWaits(fn);
      workflow.grantWake(fn);
    }
    return workflow;
  }

  private makeWatch(props: RollbacksProps): HoldfastFunction {
    const watch = new HoldfastFunction(this, 'WatchHealth', {
      setting: props.setting,
      description: 'Reads the health of every service, opens attempts and ends waits',
      // it stays for its minute; one that runs over harms nothing: an interval keeps one reading
      timeout: Duration.seconds(90),
      environment: STARTS_NOTHING,
      failures: this.watchDeadLetters,
    });
    props.tables.grantDecide(watch);
    props.work.grantTakeReadings(watch);
    props.work.grantReadWaits(watch);
    props.world.grantReach(watch);
    props.ledger.grantReadCoverage(watch, 'rollback', props.ledgerId);
    this.workflow.grantWake(watch);
    this.workflow.grantStart(watch, 'ROLLBACK_MACHINE_ARN');
    every(Duration.minutes(1), this, 'HealthSweep', { fn: watch, deadLetters: this.watchDeadLetters });
    return watch;
  }

  private closeStale(props: RollbacksProps): void {
    const fn = new HoldfastFunction(this, 'CloseStalePullRequests', {
      setting: props.setting,
      description: 'Closes pull requests that an ended attempt left open and nobody took up',
      timeout: Duration.minutes(5),
      environment: STARTS_NOTHING,
      failures: this.staleDeadLetters,
    });
    props.tables.grantDecide(fn);
    props.world.grantReach(fn);
    fn.addEnvironment('WORK_TABLE', props.work.tableName);
    every(Duration.days(1), this, 'StaleSweep', { fn, deadLetters: this.staleDeadLetters });
  }

  private serveReads(props: RollbacksProps): void {
    const { api, tables, work, setting } = props;
    const make = (name: string, description: string) =>
      new HoldfastFunction(this, name, { setting, description });
    const list = make('ListRollbacks', 'Lists rollbacks');
    const get = make('GetRollback', 'Shows a rollback');
    const decisions = make('ListRollbackDecisions', 'Lists every decision of a rollback');
    const explain = make('ExplainRollback', 'Tells in plain words why a rollback went as it did');
    for (const fn of [list, get]) tables.grantReadHeads(fn);
    for (const fn of [decisions, explain]) tables.grantReadDecisions(fn);
    work.grantReadEvaluations(explain);
    api.serve(list, 'GET /v1/rollbacks');
    api.serve(get, 'GET /v1/rollbacks/{id}');
    api.serve(decisions, 'GET /v1/rollbacks/{id}/decisions');
    api.serve(explain, 'GET /v1/rollbacks/{id}/explain');
  }

  private serveWrites(props: RollbacksProps): void {
    const { api, tables, work, setting } = props;
    const write = (name: string, description: string) => {
      const environment = STARTS_NOTHING;
      const fn = new HoldfastFunction(this, name, { setting, description, environment });
      tables.grantDecide(fn);
      work.grantIdempotency(fn);
      return fn;
    };
    const request = write('RequestRollback', 'Opens a rollback that a person asked for');
    this.grantOpen(request);
    api.serve(request, 'POST /v1/rollbacks');
    api.serve(
      write('ResetRollback', 'Releases the slot after a security abort'),
      'POST /v1/rollbacks/{id}/reset',
    );
    const review = write('ReviewRollback', 'Takes the answer of a person on a rollback');
    work.grantReadWaits(review);
    this.workflow.grantWake(review);
    api.serve(review, 'POST /v1/rollbacks/{id}/review');
  }
}
