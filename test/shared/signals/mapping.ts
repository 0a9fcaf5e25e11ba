import type { Signal, SignalSource } from '../../../shared/signals/contract.ts';
import { mapper } from '../../../shared/signals/index.ts';
import { newSignal } from '../../../shared/signals/new-signal.ts';
import { NOW } from './bodies.ts';

const RAW = { sha256: '0'.repeat(64), bytes: 2 };

/** The signals of one body, received now. */
export function signalsOf(
  source: SignalSource,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): readonly Signal[] {
  const mapped = mapper(source)({ body, headers, receivedAt: NOW });
  if (mapped.kind !== 'signals') throw new Error('a ping leaves no signal');
  return mapped.signals.map((each) => newSignal(source, each, RAW, Date.parse(NOW)));
}

/** The one signal of a body. */
export function only(
  source: SignalSource,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Signal {
  const [signal, ...more] = signalsOf(source, body, headers);
  if (signal === undefined || more.length > 0) throw new Error('expected exactly one signal');
  return signal;
}
