import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { FaultRule } from '../local/cloud/aws/faults.ts';

/**
 * Where a run is cut. Step 0 is the call that starts the workflow, the others are what the interpreter stores of it;
 * each is cut before it is stored and after.
 */
export type Cut = { readonly step: number; readonly phase: 'before' | 'after' };

/** Every step that a workflow has stored so far, its start first, as `state: what it does there`; and how it stands. */
export type Stored = { readonly steps: readonly string[]; readonly status?: string };

export const textOf = ({ step, phase }: Cut): string => `${phase} step ${step}`;

/** The cuts of a workflow of so many steps, its start not counted. */
export function cutsOf(steps: number): readonly Cut[] {
  return Array.from({ length: steps + 1 }, (_, step) => [
    { step, phase: 'before' } as const,
    { step, phase: 'after' } as const,
  ]).flat();
}

/** What makes the cloud's process send itself SIGKILL there. Nothing else may run a workflow meanwhile. */
export function faultsOf({ step, phase }: Cut): readonly FaultRule[] {
  if (step === 0) return [{ kind: 'call', name: 'states:StartExecution', phase, effect: 'kill' }];
  const here = { kind: 'step', name: '*', phase } as const;
  const passed = { ...here, effect: 'delay', milliseconds: 0, times: step - 1 } as const;
  return [passed, { ...here, effect: 'kill' }];
}

/** What must be stored at the moment of a cut; the loop goes on by itself while its start is answered. */
export function isWhere({ step, phase }: Cut, stored: number): boolean {
  if (step === 0) return phase === 'before' ? stored === 0 : stored > 0;
  return stored === (phase === 'before' ? step : step + 1);
}

const WATCH = `
  CREATE TABLE IF NOT EXISTS bench_step (arn TEXT, step TEXT);
  CREATE TRIGGER IF NOT EXISTS bench_steps AFTER INSERT ON execution BEGIN
    INSERT INTO bench_step VALUES (NEW.arn, coalesce(
      json_extract(NEW.body, '$.frame.state') || ': ' || json_extract(NEW.body, '$.frame.doing.kind'), 'end'));
  END`;

/** Lets the cloud's own database write down each step of a workflow in the transaction that stores it. */
export function watchSteps(dataDir: string) {
  const database = new DatabaseSync(join(dataDir, 'cloud', 'cloud.sqlite'));
  database.exec('PRAGMA busy_timeout = 5000');
  database.exec(WATCH);
  const steps = database.prepare("SELECT step FROM bench_step WHERE arn LIKE '%:' || ? ORDER BY rowid");
  const status = database.prepare("SELECT status FROM execution WHERE arn LIKE '%:' || ?");
  const count = database.prepare('SELECT count(*) AS count FROM bench_step');
  return {
    stored: (rollbackId: string): Stored => {
      const found = status.get(rollbackId)?.status;
      return {
        steps: steps.all(rollbackId).map(({ step }) => String(step)),
        ...(found !== undefined && { status: String(found) }),
      };
    },
    /** Of all workflows so far. */
    count: (): number => Number(count.get()?.count),
    close: () => database.close(),
  };
}
