import { millis } from '../kernel/index.ts';
import type { Settlement, Signal } from './contract.ts';
import type { SignalStore } from './ports.ts';

type Deps = { readonly signals: SignalStore };
type Place = { readonly service: string; readonly environment: string };
type Reason = Pick<Settlement, 'outcome' | 'why' | 'rollbackId'>;

/** For so long after it began, a platform's own rollback counts as running unless it said how it ended. Seconds. */
const PLATFORM_ROLLBACK_SECONDS = 3600;
/** Platforms that roll back by themselves, and say so. */
const ROLLING_PLATFORMS = ['ecs', 'sagemaker'];
const IN_HAND: readonly unknown[] = ['opened', 'joined'];

/**
 * Why a firing signal of a known place opens nothing: its problem is over, it is a repeat of one that was acted on, the
 * platform is rolling back already, or it is the parent of an alarm that was acted on. undefined: nothing is against it.
 */
export async function reasonToWait(deps: Deps, signal: Signal, place: Place): Promise<Reason | undefined> {
  const found = await deps.signals.byFingerprint(signal.fingerprint);
  const same = found.filter(
    (other) => other.source === signal.source && other.dedupeKey !== signal.dedupeKey,
  );
  if (isOver(signal, same))
    return { outcome: 'recorded', why: 'the same problem was reported as resolved before this came' };
  const first = same.find((other) => isRepeatOf(signal, other, place));
  if (first !== undefined) return attached(`a repeat of ${first.id}`, first, 'recorded');
  if (isRollingBack(signal, same))
    return { outcome: 'recorded', why: `${signal.source} is rolling back by itself` };
  const child = await childInHand(deps, signal);
  if (child === undefined || child.service !== place.service || child.environment !== place.environment)
    return undefined;
  return attached(`told by the alarm that triggered it: ${child.id}`, child, 'joined');
}

function attached(why: string, { rollbackId }: Signal, outcome: string): Reason {
  return { outcome, why, ...(rollbackId !== undefined && { rollbackId }) };
}

/** Deliveries overtake each other: a resolved one that began no earlier than this speaks of what came after it. */
function isOver(signal: Signal, same: readonly Signal[]): boolean {
  return same.some(
    (other) => other.status === 'resolved' && millis(other.startsAt) >= millis(signal.startsAt),
  );
}

/** A heartbeat: it fires since the same moment, in another group or under another event. */
function isRepeatOf(signal: Signal, other: Signal, { service, environment }: Place): boolean {
  return (
    other.status === 'firing' &&
    other.startsAt === signal.startsAt &&
    other.service === service &&
    other.environment === environment &&
    IN_HAND.includes(other.outcome)
  );
}

/**
 * The last that the platform said of its deployments, in the problem's own time, is that it rolls back. Failures do not
 * end that, and neither does what it says of single tasks; a deployment that started or was completed does.
 */
function isRollingBack(signal: Signal, same: readonly Signal[]): boolean {
  if (!ROLLING_PLATFORMS.includes(signal.source)) return false;
  const news = same.filter(
    ({ status, kind }) => status !== 'firing' && !(status === 'info' && kind === 'service_action'),
  );
  const last = latest(news);
  if (last === undefined || !last.flags.includes('suppressed')) return false;
  return millis(signal.startsAt) - millis(last.startsAt) <= PLATFORM_ROLLBACK_SECONDS * 1000;
}

/**
 * Of a composite alarm: the alarm that triggered it, if that was acted on and still fires. Parent and child are one
 * problem, which would otherwise open twice when the child's attempt has ended meanwhile.
 */
export async function childInHand(deps: Deps, signal: Signal): Promise<Signal | undefined> {
  if (signal.source !== 'cloudwatch' || signal.status !== 'firing') return undefined;
  const children = (signal.labels.triggeringAlarms ?? '').split(',').filter((arn) => arn !== '');
  const told = await Promise.all(children.map((arn) => deps.signals.byFingerprint(arn)));
  return told
    .map(latest)
    .find(
      (child) =>
        child?.source === 'cloudwatch' && child.status === 'firing' && IN_HAND.includes(child.outcome),
    );
}

function latest(signals: readonly Signal[]): Signal | undefined {
  return signals.toSorted((a, b) => millis(b.startsAt) - millis(a.startsAt))[0];
}
