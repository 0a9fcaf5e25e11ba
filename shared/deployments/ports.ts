import type { DecideDeps } from '../kernel/index.ts';
import type { SloCounts } from '../policies/index.ts';
import type { Forge } from '../ports/index.ts';
import type { Meter } from '../ports/meter.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Traffic } from '../ports/traffic.ts';
import type { Work } from '../ports/work.ts';
import type { Workflow } from '../ports/workflow.ts';
import type { RolloutDeps } from '../rollouts/index.ts';
import type { Timings } from './contract.ts';

/** Starts the workflows of this flow under their subject's id; starting one again is success. */
export type StartWorkflow = (id: string, input: Readonly<Record<string, unknown>>) => Promise<void>;

/** What every use case of deployments needs: decisions, waits, and the one scaled clock. */
export type DeploymentDeps = DecideDeps & {
  readonly work: Pick<Work, 'putWait' | 'wait'>;
  readonly workflow: Pick<Workflow, 'wake'>;
  readonly startDeployment: StartWorkflow;
  /** Waits so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly meter: Meter;
  /** Waits and deadlines, already divided by the time factor. */
  readonly timings: Timings;
  readonly factor: number;
};

/** What reading the facts of a change needs: the forge, and which versions there are. */
export type FactsDeps = DeploymentDeps & {
  readonly forge: Forge;
  readonly traffic: Pick<Traffic, 'read' | 'version' | 'gitRevision'>;
};

/** What weighing it needs: what is left of the error budget, measured and never told by who asks. */
export type WeighDeps = DeploymentDeps & { readonly sloCounts: SloCounts };

/** What starting a rollout needs: the metrics before it, to freeze thresholds from. */
export type StartDeps = DeploymentDeps & {
  readonly metrics: Metrics;
  readonly rollouts: RolloutDeps;
  readonly startRollout: StartWorkflow;
};

/** What a task of the workflow is given. `key` names this visit of this state: the same for each retry. */
export type TaskInput = { readonly deploymentId: string; readonly key: string };

/** What every task answers; the workflow's Choice reads nothing else. */
export type TaskResult = { readonly state: string; readonly expired: boolean; readonly waitSeconds: number };
