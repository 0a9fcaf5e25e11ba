import { DatabaseSync } from 'node:sqlite';
import { createStates, type States, type StatesOptions } from '../../../local/cloud/states/index.ts';
import type { AwsService, CallAws, Principal } from '../../../local/cloud/types.ts';

export const MACHINE_ARN = 'arn:aws:states:eu-central-1:000000000000:stateMachine:machine';
export const ROLE: Principal = {
  kind: 'role',
  logicalId: 'MachineRole',
  arn: 'arn:aws:iam::000000000000:role/MachineRole',
};

/** The interpreter over one machine, which is called `machine`. */
export function statesOf(
  database: DatabaseSync,
  definition: unknown,
  rest: Partial<StatesOptions> & Pick<StatesOptions, 'call'>,
): States {
  return createStates({
    database,
    machines: new Map([[MACHINE_ARN, { definition, principal: ROLE }]]),
    now: Date.now,
    speed: 1,
    fault: async () => {},
    log: () => {},
    ...rest,
  });
}

export type HistoryEvent = { readonly id: number; readonly type: string } & Readonly<Record<string, unknown>>;
export type End = {
  readonly status: string;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
};

/** Calls the API as the owner of the laptop. The answer is what the service says; a test reads it as it likes. */
// biome-ignore lint/suspicious/noExplicitAny: the answers are untyped JSON, and the assertions are their check
export async function api(states: States, action: string, input: Record<string, unknown>): Promise<any> {
  return states.service(action, input, { kind: 'owner' });
}

export function start(states: States, name: string, input: unknown): Promise<unknown> {
  return api(states, 'StartExecution', {
    stateMachineArn: MACHINE_ARN,
    name,
    input: JSON.stringify(input),
  });
}

export const executionArn = (name: string): string =>
  `${MACHINE_ARN.replace(':stateMachine:', ':execution:')}:${name}`;

export async function statusOf(states: States, name: string): Promise<End> {
  const { status, output, error, cause } = await api(states, 'DescribeExecution', {
    executionArn: executionArn(name),
  });
  return {
    status,
    ...(output !== undefined && { output: JSON.parse(output) }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  };
}

/** Waits until an execution is no longer running. */
export async function endOf(states: States, name: string): Promise<End> {
  for (;;) {
    const end = await statusOf(states, name);
    if (end.status !== 'RUNNING') return end;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The whole history of an execution, page by page. */
export async function historyOf(states: States, name: string): Promise<readonly HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for (let page = {}; ; ) {
    const answer = await api(states, 'GetExecutionHistory', {
      executionArn: executionArn(name),
      maxResults: 1000,
      ...page,
    });
    events.push(...answer.events);
    if (answer.nextToken === undefined) return events;
    page = { nextToken: answer.nextToken };
  }
}

/** How many events an execution has in its history: what its budget is about. */
export async function eventCountOf(service: AwsService, arn: string): Promise<number> {
  const owner = { kind: 'owner' } as const;
  const input = { executionArn: arn, maxResults: 1, reverseOrder: true };
  const answer = JSON.parse(JSON.stringify(await service('GetExecutionHistory', input, owner)));
  return answer.events[0].id;
}

export const noCall: CallAws = async () => ({});

/** A JSONata machine that starts at its first state. */
export const machine = (states: object, more: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});

/** Runs a machine once, to its end. */
export async function run(definition: unknown, call: CallAws = noCall, input: unknown = {}) {
  const states = statesOf(new DatabaseSync(':memory:'), definition, { call });
  await start(states, 'one', input);
  const end = await endOf(states, 'one');
  const history = await historyOf(states, 'one');
  await states.close();
  return { end, history };
}
