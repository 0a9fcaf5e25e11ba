import * as z from 'zod';
import type { Rollback } from '../local/scenarios/attempt.ts';
import type { World } from '../local/world.ts';
import type { Row } from './result.ts';
import { percentile, rounded } from './statistics.ts';
import type { Visit } from './workflow-history.ts';

/** Milliseconds from the first signal of an episode, all waits in it, and how long of that the workflow waited. */
export type Span = { readonly whole: number; readonly waited: number };
export type Spans = { readonly toPullRequest: Span; readonly toRecovery: Span };

const Signals = z.object({ items: z.array(z.looseObject({ receivedAt: z.string() })) });

/** From the moment that the first signal (or, where the sweep was first, the bad reading) came in. */
export async function spansOf(world: World, rollback: Rollback, visits: readonly Visit[]): Promise<Spans> {
  const { service, times } = rollback;
  const path = `/v1/signals?service=${service}&state=firing&limit=100`;
  const { items } = Signals.parse(await world.api('GET', path));
  const from = Math.min(
    Date.parse(times.detected ?? ''),
    ...items.map(({ receivedAt }) => Date.parse(receivedAt)),
  );
  const spanTo = (moment: string | undefined): Span => {
    const to = Date.parse(moment ?? '');
    const waits = visits.filter(({ state }) => state.startsWith('Await '));
    const waited = waits.map((wait) => Math.max(0, Math.min(wait.to, to) - Math.max(wait.from, from)));
    return { whole: to - from, waited: waited.reduce((sum, each) => sum + each, 0) };
  };
  return { toPullRequest: spanTo(times.pullRequest), toRecovery: spanTo(times.ended) };
}

/** Two lines for a span: with the scaled waits in it, and with them apart. */
export function rowsOf(name: string, spans: readonly Span[]): readonly Row[] {
  const line = (measure: string, values: readonly number[]): readonly Row[] =>
    [0.5, 0.95].map((share) => ({
      measure: `${measure}, p${share * 100}`,
      value: rounded(percentile(values, share)),
      unit: 'ms',
    }));
  return [
    ...line(
      `first signal to ${name}, waits apart`,
      spans.map(({ whole, waited }) => whole - waited),
    ),
    ...line(
      `first signal to ${name}, waits at speed 10 in it`,
      spans.map(({ whole }) => whole),
    ),
  ];
}
