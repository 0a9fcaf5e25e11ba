import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { DecisionTables } from './decision-tables.ts';
import type { HoldfastBus } from './event-bus.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { OutsideWorld } from './outside-world.ts';
import type { WorkTable } from './work-table.ts';

type NewsProps = {
  readonly setting: FunctionSetting;
  readonly tables: DecisionTables;
  readonly work: WorkTable;
  readonly world: OutsideWorld;
  readonly bus: HoldfastBus;
};

/** Events that a person is told about; each hold of a rollout requests an approval. */
const OF_DEPLOYMENTS = ['ApprovalRequested', 'EscalationRaised', 'Paged', 'DeploymentBlocked'];
const OF_ROLLOUTS = [
  'ApprovalRequested',
  'Paged',
  'CanaryCondemned',
  'BakeCondemned',
  'HandedOver',
  'RolloutFrozen',
];

/** People are told in the chat what waits for them, and what was stopped. The function reads and tells, and decides nothing. */
export class News extends Construct {
  constructor(scope: Construct, id: string, { setting, tables, work, world, bus }: NewsProps) {
    super(scope, id);
    const failures = new DeadLetterQueue(this, 'TellPeopleDeadLetters');
    const tell = new HoldfastFunction(this, 'TellPeople', {
      setting,
      description: 'Tells people in the chat about deployments and rollouts',
      timeout: Duration.seconds(30),
      failures,
    });
    tables.grantReadHeads(tell);
    work.grantTell(tell);
    world.grantChat(tell);
    const consumer = { fn: tell, deadLetters: failures };
    bus.consume(this, 'DeploymentNews', 'holdfast.deployments', consumer, OF_DEPLOYMENTS);
    bus.consume(this, 'RolloutNews', 'holdfast.rollouts', consumer, OF_ROLLOUTS);
  }
}
