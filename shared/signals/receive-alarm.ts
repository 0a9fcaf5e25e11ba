import { canonicalJson, isoTime } from '../kernel/index.ts';
import { type AcceptDeps, type Accepted, acceptSignals } from './accept-signals.ts';
import { mapCloudwatch } from './mappers/cloudwatch.ts';

/** Takes a CloudWatch alarm event from the default bus. Throws Fault('InvalidInput') when it is not one. */
export async function receiveAlarm(deps: AcceptDeps, event: unknown): Promise<Accepted> {
  const mapped = mapCloudwatch({ body: event, headers: {}, receivedAt: isoTime(deps.clock()) });
  const signals = mapped.kind === 'signals' ? mapped.signals : [];
  return await acceptSignals(deps, 'cloudwatch', signals, canonicalJson(event));
}
