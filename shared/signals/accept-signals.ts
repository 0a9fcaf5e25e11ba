import { type Clock, sha256Hex } from '../kernel/index.ts';
import type { Meter } from '../ports/meter.ts';
import { SIGNAL_METRICS, type Signal, type SignalSource } from './contract.ts';
import type { MappedSignal } from './mappers/mapped.ts';
import { newSignal } from './new-signal.ts';
import type { SignalStore } from './ports.ts';

export type AcceptDeps = { readonly signals: SignalStore; readonly clock: Clock; readonly meter: Meter };
export type Accepted = {
  readonly accepted: number;
  readonly signals: readonly string[];
  readonly duplicates: number;
};

// One group of alerts may hold hundreds: written side by side, but not all at once.
const WRITES_AT_ONCE = 20;

/** Persists what a delivery brought; a repeated one is counted and changes nothing. */
export async function acceptSignals(
  deps: AcceptDeps,
  source: SignalSource,
  mapped: readonly MappedSignal[],
  body: Uint8Array | string,
): Promise<Accepted> {
  const raw = { sha256: sha256Hex(body), bytes: Buffer.byteLength(body) };
  const now = deps.clock();
  const signals = mapped.map((each) => newSignal(source, each, raw, now));
  const fresh: Signal[] = [];
  for (let start = 0; start < signals.length; start += WRITES_AT_ONCE) {
    const chunk = signals.slice(start, start + WRITES_AT_ONCE);
    const written = await Promise.all(chunk.map((signal) => deps.signals.put(signal)));
    fresh.push(...chunk.filter((_, index) => written[index]));
  }
  const duplicates = signals.length - fresh.length;
  if (fresh.length > 0) deps.meter.count(SIGNAL_METRICS.accepted, { source });
  if (duplicates > 0) deps.meter.count(SIGNAL_METRICS.duplicates, { source });
  return { accepted: fresh.length, signals: fresh.map((signal) => signal.id), duplicates };
}
