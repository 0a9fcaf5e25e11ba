import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { DecisionTables } from './decision-tables.ts';
import type { HoldfastBus } from './event-bus.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { HoldfastApi } from './http-api.ts';
import type { WorkTable } from './work-table.ts';

type PoliciesProps = {
  readonly setting: FunctionSetting;
  readonly api: HoldfastApi;
  readonly tables: DecisionTables;
  readonly work: WorkTable;
  readonly bus: HoldfastBus;
};

/** MB. Compiling Cedar is what it does most, and more memory is more CPU. */
const MEMORY_FOR_CEDAR = 1024;

/** The policies that deployments are held to, and the glass that two people break. */
export class Policies extends Construct {
  readonly measureDeadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: PoliciesProps) {
    super(scope, id);
    const { setting, api, tables, work, bus } = props;
    const get = new HoldfastFunction(this, 'GetPolicies', {
      setting,
      description: 'Shows the policies in force',
    });
    tables.grantReadHeads(get);
    api.serve(get, 'GET /v1/policies');
    const decisions = new HoldfastFunction(this, 'ListPolicyDecisions', {
      setting,
      description: 'Lists every decision on policies',
    });
    tables.grantReadDecisions(decisions);
    api.serve(decisions, 'GET /v1/policies/decisions');
    const put = new HoldfastFunction(this, 'PutPolicies', {
      setting,
      description: 'Replaces the policies',
      memory: MEMORY_FOR_CEDAR,
    });
    const glass = new HoldfastFunction(this, 'BreakGlass', {
      setting,
      description: 'Asks to lift the blocks of policies at a place',
    });
    for (const fn of [put, glass]) {
      tables.grantDecide(fn);
      work.grantIdempotency(fn);
    }
    api.serve(put, 'PUT /v1/policies');
    api.serve(glass, 'POST /v1/policies/break-glass');
    this.measureDeadLetters = new DeadLetterQueue(this, 'MeasurePoliciesDeadLetters');
    const measure = new HoldfastFunction(this, 'MeasurePolicies', {
      setting,
      description: 'Turns the events of policies into metrics',
      failures: this.measureDeadLetters,
    });
    bus.consume(
      this,
      'PolicyEvents',
      'holdfast.policies',
      { fn: measure, deadLetters: this.measureDeadLetters },
      ['PoliciesChanged', 'BreakGlassOpened'],
    );
  }
}
