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
  /** Whether the next delivery of this name is to be spoiled so. */
  readonly spoils: (effect: 'duplicate' | 'reorder', name: string) => boolean;
  /** Puts other rules in their place; a delay that lasts ends. */
  readonly set: (rules: readonly FaultRule[]) => void;
};

/** Faults for tests. Without rules nothing happens. */
export function createFaults(first: readonly FaultRule[]): Faults {
  let rules: { rule: FaultRule; left: number }[] = [];
  let replaced = new AbortController();
  const set = (given: readonly FaultRule[]): void => {
    replaced.abort();
    replaced = new AbortController();
    rules = given.map((rule) => ({ rule, left: rule.times ?? 1 }));
  };
  const take = (point: Parameters<FaultHook>[0], effects: readonly string[]): FaultRule | undefined => {
    const found = rules.find(
      ({ rule, left }) => left > 0 && effects.includes(rule.effect) && isAt(rule, point),
    );
    if (found !== undefined) found.left -= 1;
    return found?.rule;
  };
  set(first);
  return {
    set,
    spoils: (effect, name) => take({ kind: 'delivery', name, phase: 'before' }, [effect]) !== undefined,
    hook: async (point) => {
      const rule = take(point, ['delay', 'fail', 'throttle', 'kill']);
      if (rule === undefined) return;
      if (rule.effect === 'kill') process.kill(process.pid, 'SIGKILL');
      if (rule.effect === 'throttle') throw new AwsFailure('ThrottlingException', 'Rate exceeded');
      if (rule.effect === 'delay') await sleep(rule.milliseconds ?? 100, undefined, replaced).catch(() => {});
      else throw new AwsFailure('InternalServerError', `a fault was asked for at ${point.name}`, 500);
    },
  };
}

function isAt({ kind, name, phase = 'before' }: FaultRule, point: Parameters<FaultHook>[0]): boolean {
  if (kind !== point.kind || phase !== point.phase) return false;
  return name.endsWith('*') ? point.name.startsWith(name.slice(0, -1)) : name === point.name;
}
