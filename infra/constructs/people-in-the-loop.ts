import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { DecisionTables } from './decision-tables.ts';
import type { HoldfastBus } from './event-bus.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { HoldfastApi } from './http-api.ts';
import type { OutsideWorld } from './outside-world.ts';
import { STARTS_NOTHING } from './rollbacks.ts';
import type { WorkTable } from './work-table.ts';
import type { HoldfastWorkflow } from './workflow.ts';

type PeopleInTheLoopProps = {
  readonly setting: FunctionSetting;
  readonly api: HoldfastApi;
  readonly tables: DecisionTables;
  readonly work: WorkTable;
  readonly world: OutsideWorld;
  readonly bus: HoldfastBus;
  /** What waits for their answers. */
  readonly workflow: HoldfastWorkflow;
};

/** Events of rollbacks that a person is told about. */
const TOLD = [
  'ApprovalRequested',
  'HumanMergeAwaited',
  'EscalationRaised',
  'HeadMoved',
  'Paged',
  'MergeHeld',
  'SecurityViolation',
  'PullRequestFailed',
  'NotConfirmed',
];

/** How people are asked and told, and how they answer: over the API, by comments under a pull request, and by buttons in the chat. */
export class PeopleInTheLoop extends Construct {
  /** Takes the comments and buttons that a webhook announced. */
  readonly obeyComment: HoldfastFunction;
  readonly commentDeadLetters: DeadLetterQueue;
  /** Take answers to approvals, and wake what asked. */
  readonly answering: HoldfastFunction[] = [];
  readonly escalationDeadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: PeopleInTheLoopProps) {
    super(scope, id);
    this.serveReads(props);
    this.serveWrites(props);
    this.commentDeadLetters = new DeadLetterQueue(this, 'ObeyCommentDeadLetters');
    this.obeyComment = this.actor(
      'ObeyComment',
      'Does what a person orders by a comment or a button',
      props,
      {
        failures: this.commentDeadLetters,
      },
    );
    this.answers(this.obeyComment, props);
    props.world.grantTell(this.obeyComment);
    this.escalationDeadLetters = new DeadLetterQueue(this, 'EscalateRollbackDeadLetters');
    const escalate = new HoldfastFunction(this, 'EscalateRollback', {
      setting: props.setting,
      description: 'Tells people what needs them, at the forge and in the chat',
      timeout: Duration.seconds(60),
      environment: STARTS_NOTHING,
      failures: this.escalationDeadLetters,
    });
    props.tables.grantReadHeads(escalate);
    props.work.grantTell(escalate);
    props.work.grantReadReadings(escalate);
    props.world.grantTell(escalate);
    const consumer = { fn: escalate, deadLetters: this.escalationDeadLetters };
    props.bus.consume(this, 'Escalations', 'holdfast.rollbacks', consumer, TOLD);
  }

  /** Hand over the comments and buttons that a webhook announced. */
  grantAnnounce(fn: HoldfastFunction): void {
    fn.addEnvironment('OBEY_COMMENT_FUNCTION', this.obeyComment.functionArn);
    fn.allow(['lambda:InvokeFunction'], [this.obeyComment.functionArn]);
  }

  private actor(
    name: string,
    description: string,
    { setting }: PeopleInTheLoopProps,
    more: { readonly failures?: DeadLetterQueue } = {},
  ): HoldfastFunction {
    return new HoldfastFunction(this, name, {
      ...{ setting, description, environment: STARTS_NOTHING, timeout: Duration.seconds(28) },
      ...more,
    });
  }

  /** Take a person's answer and wake what waits for it. */
  private answers(fn: HoldfastFunction, { tables, work, workflow }: PeopleInTheLoopProps): void {
    this.answering.push(fn);
    tables.grantDecide(fn);
    work.grantReadWaits(fn);
    workflow.grantWake(fn);
  }

  private serveReads(props: PeopleInTheLoopProps): void {
    const { api, tables, setting } = props;
    const make = (name: string, description: string) =>
      new HoldfastFunction(this, name, { setting, description });
    const list = make('ListApprovals', 'Lists what people are asked');
    const get = make('GetApproval', 'Shows an approval');
    const people = make('GetPeople', 'Shows who is who');
    for (const fn of [list, get, people]) tables.grantReadHeads(fn);
    const decisions = make('ListApprovalDecisions', 'Lists every decision of an approval');
    const peopleDecisions = make('ListPeopleDecisions', 'Lists every decision on who is who');
    const explain = make('ExplainApproval', 'Tells in plain words why an approval stands where it does');
    for (const fn of [decisions, peopleDecisions, explain]) tables.grantReadDecisions(fn);
    api.serve(list, 'GET /v1/approvals');
    api.serve(get, 'GET /v1/approvals/{id}');
    api.serve(decisions, 'GET /v1/approvals/{id}/decisions');
    api.serve(explain, 'GET /v1/approvals/{id}/explain');
    api.serve(people, 'GET /v1/people');
    api.serve(peopleDecisions, 'GET /v1/people/decisions');
  }

  private serveWrites(props: PeopleInTheLoopProps): void {
    const { api, tables, work } = props;
    const answer = this.actor('AnswerApproval', "Takes a person's answer to an approval", props);
    this.answers(answer, props);
    // a yes to what has moved since is refused at once
    props.world.grantReach(answer);
    work.grantIdempotency(answer);
    api.serve(answer, 'POST /v1/approvals/{id}');
    const people = this.actor('PutPeople', 'Sets who is who', props);
    tables.grantDecide(people);
    work.grantIdempotency(people);
    api.serve(people, 'PUT /v1/people');
  }
}
