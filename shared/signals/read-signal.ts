import { Fault } from '../kernel/index.ts';
import { Signal } from './contract.ts';

/** A stored signal, as an item or a stream's image. Throws Fault('Malformed') when it is not one. */
export function readSignal(item: unknown): Signal {
  const parsed = Signal.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new Fault('Malformed', 'a stored signal has another form', { cause: parsed.error });
}
