import type { CloudFace } from './cloud-process.ts';

/** Seconds that a workflow's tasks took, those that wait for a token apart, and how often each state was entered. */
export type WorkflowTime = {
  readonly controlPlaneSeconds: number;
  readonly historyEvents: number;
  readonly entered: Readonly<Record<string, number>>;
};

type Event = {
  readonly timestamp: number;
  readonly type: string;
  readonly stateEnteredEventDetails?: { readonly name: string };
  readonly stateExitedEventDetails?: { readonly name: string };
};

/** From the execution's history alone: the execution has the attempt's id as its name. */
export async function readWorkflowTime(cloud: CloudFace, rollbackId: string): Promise<WorkflowTime> {
  const machine = cloud.resources.find((resource) => resource.type === 'AWS::StepFunctions::StateMachine');
  const arn = `arn:aws:states:us-east-1:000000000000:execution:${machineName(cloud, machine?.logicalId)}:${rollbackId}`;
  const { events } = (await cloud.call('states', 'GetExecutionHistory', {
    executionArn: arn,
    maxResults: 1000,
  })) as { events: readonly Event[] };
  return timeOf(events);
}

function machineName(cloud: CloudFace, logicalId: string | undefined): string {
  const machine = cloud.resources.find((resource) => resource.logicalId === logicalId);
  return machine === undefined ? '' : `${machine.stack}-${machine.logicalId}`;
}

function timeOf(events: readonly Event[]): WorkflowTime {
  const visits = events.flatMap((event, index) => {
    if (event.type !== 'TaskStateEntered') return [];
    const name = event.stateEnteredEventDetails?.name ?? '';
    const left = events
      .slice(index)
      .find((later) => later.type === 'TaskStateExited' && later.stateExitedEventDetails?.name === name);
    return [{ name, seconds: left === undefined ? 0 : left.timestamp - event.timestamp }];
  });
  const worked = visits.filter(({ name }) => !name.startsWith('Await '));
  const entered: Record<string, number> = {};
  for (const { name } of visits) entered[name] = (entered[name] ?? 0) + 1;
  return {
    controlPlaneSeconds: worked.reduce((sum, visit) => sum + visit.seconds, 0),
    historyEvents: events.length,
    entered,
  };
}
