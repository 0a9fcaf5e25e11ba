import { canonicalJson, Fault, isoTime, parse } from '../kernel/index.ts';
import { type AcceptDeps, type Accepted, acceptSignals } from './accept-signals.ts';
import { BUS_SOURCES } from './contract.ts';
import { AwsEvent, BUS_NAMES } from './mappers/aws-event.ts';
import { mapper } from './mappers/index.ts';

/**
 * Takes an event of AWS's default bus. Throws Fault('InvalidInput') when it is of no source that is mapped, or not of its
 * shape: EventBridge then keeps it in the dead-letter queue.
 */
export async function receiveAwsEvent(deps: AcceptDeps, event: unknown): Promise<Accepted> {
  const { source: name } = parse(AwsEvent, event, 'the event');
  const source = BUS_SOURCES.find((each) => BUS_NAMES[each] === name);
  if (source === undefined) throw new Fault('InvalidInput', `events of ${name} are not mapped`);
  const mapped = mapper(source)({ body: event, headers: {}, receivedAt: isoTime(deps.clock()) });
  const signals = mapped.kind === 'signals' ? mapped.signals : [];
  return await acceptSignals(deps, source, signals, canonicalJson(event));
}
