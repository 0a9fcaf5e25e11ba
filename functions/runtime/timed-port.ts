import type { Clock } from '../../shared/kernel/index.ts';
import type { Meter } from '../../shared/ports/meter.ts';
import { METRICS } from '../../shared/rollbacks/contract.ts';

type Timing = { readonly clock: Clock; readonly meter: Meter };

/**
 * The same port, each call measured as `<system>.<call>`: how long it took with all its retries, whether it was answered or
 * not. What the port answers at once, without a promise, is left as it is.
 */
export function timed<Port extends object>(system: string, port: Port, { clock, meter }: Timing): Port {
  const calls = Object.entries(port).map(([name, call]) => {
    if (typeof call !== 'function') return [name, call];
    const measured = (...given: readonly unknown[]): unknown => {
      const began = clock();
      const answer: unknown = call.apply(port, given);
      if (!(answer instanceof Promise)) return answer;
      return answer.finally(() => {
        meter.measure(METRICS.integrationCall, (clock() - began) / 1000, { call: `${system}.${name}` });
      });
    };
    return [name, measured];
  });
  return Object.fromEntries(calls) as Port;
}
