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

/** Which machine runs a subject, by the prefix of its id. */
const MACHINES: Readonly<Record<string, string>> = {
  rbk: 'RollBackService',
  dep: 'GovernDeployment',
  rol: 'RollOutCanary',
};

/** From the execution's history alone: the execution has the subject's id as its name. */
export async function readWorkflowTime(cloud: CloudFace, subjectId: string): Promise<WorkflowTime> {
  const arn = `arn:aws:states:us-east-1:000000000000:execution:${machineName(cloud, subjectId)}:${subjectId}`;
  const { events } = (await cloud.call('states', 'GetExecutionHistory', {
    executionArn: arn,
    maxResults: 1000,
  })) as { events: readonly Event[] };
  return timeOf(events);
}

function machineName(cloud: CloudFace, subjectId: string): string {
  const wanted = MACHINES[subjectId.slice(0, 3)] ?? subjectId;
  const machine = cloud.resources.find(
    ({ type, logicalId }) => type === 'AWS::StepFunctions::StateMachine' && logicalId.includes(wanted),
  );
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
