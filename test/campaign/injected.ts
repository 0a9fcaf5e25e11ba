import { chanceOf } from './chance.ts';
import { type Fence, fits } from './fenced-ports.ts';
import { FAULT_KINDS, type FaultKind, type Plan } from './plan.ts';

type Injection = ReturnType<Fence['faultAt']>;
const NONE: Injection = { kind: 'none', delay: 0 };

/** Draws what goes wrong, and keeps account of it: `counts` by kind, `log` one line each. */
export function injections(plan: Plan, elapsed: () => number) {
  const chance = chanceOf(plan.seed, 'faults');
  const counts = new Map<string, number>();
  const log: string[] = [];
  const note = (kind: string, where: string): void => {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    log.push(`${elapsed().toFixed(1)}s ${kind} ${where}`);
  };
  const quiet = (): boolean => elapsed() >= plan.quietFrom;
  const out = (call: string): boolean =>
    plan.outages.some(
      ({ port, from, to }) => call.startsWith(`${port}.`) && elapsed() >= from && elapsed() < to,
    );
  const drawn = (call: string): FaultKind | undefined =>
    FAULT_KINDS.find((kind) => fits(kind, call) && chance.happens(plan.rates[kind]));
  return {
    counts,
    log,
    note,
    faultAt: (call: string): Injection => {
      if (quiet()) return NONE;
      const kind = out(call) && fits('unavailable', call) ? 'unavailable' : drawn(call);
      if (kind === undefined) return NONE;
      note(kind, call);
      return { kind, delay: kind === 'delay' ? chance.between(1, 40) : 0 };
    },
    /** Whether something happens that the plan gives a probability. */
    happens: (what: keyof Plan['steps'], where: string): boolean => {
      if (quiet() || !chance.happens(plan.steps[what])) return false;
      note(what === 'kill' ? 'kill at a step' : 'task or sweep twice', where);
      return true;
    },
    /** Seconds, for whatever comes late. */
    some: (from: number, to: number): number => chance.between(from, to),
    chance,
  };
}
export type Injections = ReturnType<typeof injections>;
