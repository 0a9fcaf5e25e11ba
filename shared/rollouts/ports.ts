import type { DecideDeps } from '../kernel/index.ts';
import type { Leases } from '../ports/leases.ts';
import type { Meter } from '../ports/meter.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Traffic } from '../ports/traffic.ts';
import type { Work } from '../ports/work.ts';
import type { Workflow } from '../ports/workflow.ts';
import type { Timings } from './contract.ts';

/** What every use case of rollouts needs: decisions, waits, and the one scaled clock. */
export type RolloutDeps = DecideDeps & {
  readonly work: Pick<Work, 'putWait' | 'wait'>;
  readonly workflow: Pick<Workflow, 'wake'>;
  readonly meter: Meter;
  /** Waits and deadlines, already divided by the time factor. */
  readonly timings: Timings;
  readonly factor: number;
};

/** What the one use case needs that moves traffic. */
export type ShiftDeps = RolloutDeps & { readonly traffic: Traffic; readonly leases: Leases };

/** What the judge needs: it reads, and cannot move traffic. */
export type JudgeDeps = RolloutDeps & {
  readonly metrics: Metrics;
  readonly traffic: Pick<Traffic, 'read'>;
  readonly judgements: Judgements;
};

/** The last look of the judge at a rollout: evidence for whoever watches, never what a verdict is taken from. */
export type Judgement = {
  readonly at: string;
  /** When data was last there: the clock of a hold for want of data. */
  readonly lastDataAt: string;
  readonly compared: number;
  readonly verdict: string;
  readonly logE: string;
  readonly logSafe: string;
  /** From 0 to 1; absent in what an earlier release has kept. */
  readonly alwaysValidP?: string;
  /** What is still missing for SAFE, and of which measure; absent in what an earlier release has kept. */
  readonly needed?: {
    readonly failures: string | null;
    readonly requests: string | null;
    readonly of: string;
  };
  readonly intervals: readonly {
    readonly at: string;
    readonly canary: readonly [requests: number, failures: number];
    readonly baseline: readonly [requests: number, failures: number];
  }[];
};
export type Judgements = {
  readonly put: (rolloutId: string, judgement: Judgement) => Promise<void>;
  readonly get: (rolloutId: string) => Promise<Judgement | undefined>;
};

/** What a task of the workflow is given. `key` names this visit of this state: the same for each retry. */
export type TaskInput = { readonly rolloutId: string; readonly key: string };

/** What every task answers; the workflow's Choice reads nothing else. */
export type TaskResult = { readonly state: string; readonly expired: boolean; readonly waitSeconds: number };
