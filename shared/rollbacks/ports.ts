import type { DecideDeps, Store } from '../kernel/index.ts';
import type { Coverage, Forge, Health, History, Work, Workflow } from '../ports/index.ts';
import type { Manifest } from '../ports/manifest.ts';
import type { Meter } from '../ports/meter.ts';
import type { Timings } from './contract.ts';
import type { Unanswered } from './unanswered.ts';

/** What every use case of rollbacks needs: decisions, waits, and the one scaled clock. */
export type RollbackDeps = DecideDeps & {
  readonly store: Store;
  readonly work: Work;
  readonly workflow: Workflow;
  readonly meter: Meter;
  /** Waits and deadlines, already divided by the time factor. */
  readonly timings: Timings;
  readonly factor: number;
  /** Told what outside systems say instead of an answer, where somebody wants to know (`listening`). */
  readonly unanswered?: (what: Unanswered) => void;
};

/** What those need beside it that read or change the world. */
export type WorldDeps = RollbackDeps & {
  readonly forge: Forge;
  readonly health: Health;
  readonly history: History;
  readonly manifest: Manifest;
  readonly coverage: Coverage;
  /** A pause in real milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
};

/** What a task of the workflow is given. `key` names this visit of this state: the same for each retry. */
export type TaskInput = { readonly rollbackId: string; readonly key: string };

/** What every task answers; the workflow's Choice reads nothing else. */
export type TaskResult = { readonly state: string; readonly expired: boolean; readonly waitSeconds: number };
