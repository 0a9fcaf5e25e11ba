import { setTimeout as sleep } from 'node:timers/promises';
import { AwsFailure, type FaultHook } from '../types.ts';

/**
 * One fault, used up after `times` (default 1). `name` may end in `*`. Deliveries of event source mappings can also be
 * doubled or given in reverse order; `kill` ends this process at once, as a power cut would.
 */
export type FaultRule = {
  readonly kind: 'call' | 'delivery' | 'step';
  readonly name: string;
  readonly phase?: 'before' | 'after';
  readonly effect: 'delay' | 'fail' | 'throttle' | 'kill' | 'duplicate' | 'reorder';
  readonly milliseconds?: number;
  readonly times?: number;
};

export type Faults = {
  readonly hook: FaultHook;
  /** How the next delivery of this name is to be spoiled. */
  readonly delivery: (name: string) => { readonly duplicate: boolean; readonly reorder: boolean };
  readonly set: (rules: readonly FaultRule[]) => void;
};

/** Faults for tests. Without rules nothing happens; `next` is a hook of the embedding test, asked first. */
export function createFaults(next?: FaultHook): Faults {
  let rules: { rule: FaultRule; left: number }[] = [];
  const take = (kind: string, name: string, phase: string, effects: readonly string[]) => {
    const found = rules.find(
      ({ rule, left }) =>
        left > 0 &&
        rule.kind === kind &&
        (rule.phase ?? 'before') === phase &&
        effects.includes(rule.effect) &&
        matches(rule.name, name),
    );
    if (found !== undefined) found.left -= 1;
    return found?.rule;
  };
  return {
    set: (given) => {
      rules = given.map((rule) => ({ rule, left: rule.times ?? 1 }));
    },
    delivery: (name) => ({
      duplicate: take('delivery', name, 'before', ['duplicate']) !== undefined,
      reorder: take('delivery', name, 'before', ['reorder']) !== undefined,
    }),
    hook: async (point) => {
      await next?.(point);
      if (rules.length === 0) return;
      const rule = take(point.kind, point.name, point.phase, ['delay', 'fail', 'throttle', 'kill']);
      if (rule !== undefined) await act(rule, point.name);
    },
  };
}

async function act(rule: FaultRule, name: string): Promise<void> {
  if (rule.effect === 'delay') await sleep(rule.milliseconds ?? 100);
  if (rule.effect === 'fail')
    throw new AwsFailure('InternalServerError', `a fault was asked for at ${name}`, 500);
  if (rule.effect === 'throttle') throw new AwsFailure('ThrottlingException', 'Rate exceeded');
  if (rule.effect === 'kill') process.kill(process.pid, 'SIGKILL');
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
