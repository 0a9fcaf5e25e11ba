import * as z from 'zod';
import { millis } from '../kernel/index.ts';
import type { Meter } from '../ports/meter.ts';
import { METRICS } from './contract.ts';

const Times = z.looseObject({
  started: z.string().optional(),
  detected: z.string().optional(),
  confirmed: z.string().optional(),
  candidate: z.string().optional(),
  merged: z.string().optional(),
});

/** The detail of an event of this capability, as far as metrics look at it. */
export const RollbackEventDetail = z.looseObject({
  eventId: z.string(),
  at: z.iso.datetime(),
  service: z.string().optional(),
  environment: z.string().optional(),
  data: z.looseObject({
    state: z.string().optional(),
    reason: z.string().optional(),
    auto: z.boolean().optional(),
    times: Times.optional(),
    results: z.array(z.looseObject({ id: z.string(), result: z.string() })).optional(),
  }),
});
export type RollbackEventDetail = z.infer<typeof RollbackEventDetail>;
type Detail = RollbackEventDetail;

/** Metrics that follow from published events alone; what is measured where it happens is not counted here again. */
export function measureRollbackEvent(meter: Meter, type: string, detail: Detail): void {
  const place = placeOf(detail);
  if (type === 'PullRequestMergedByHuman') meter.count(METRICS.merged, { ...place, auto: 'false' });
  // by the merge queue, or found later: the event does not say whether a person had approved, who has to outside staging
  if (type === 'MergeCompleted' && detail.data.auto === undefined)
    meter.count(METRICS.merged, { ...place, auto: detail.environment === 'staging' ? 'unknown' : 'false' });
  // the checks were red from the start, or never done: no evaluation of the invariants comes to see it
  if (type === 'CiFailed' || type === 'CiTimedOut')
    meter.count(METRICS.violations, { ...place, invariant: 'I6' });
  if (type === 'Paged') meter.count(METRICS.paged, place);
  if (type === 'RollbackEnded') measureEnd(meter, detail);
}

function measureEnd(meter: Meter, detail: Detail): void {
  const place = placeOf(detail);
  const { state, reason = 'UNKNOWN', times = {} } = detail.data;
  if (state === 'RollbackComplete') meter.count(METRICS.recovered, place);
  if (state === 'Aborted') meter.count(METRICS.aborted, { ...place, reason });
  if (state === 'Aborted' && reason === 'SECURITY') meter.count(METRICS.denied, place);
  const spans = [
    [METRICS.timeToDetect, times.started ?? times.detected, times.confirmed],
    [METRICS.timeToMitigate, times.detected, times.merged],
    [METRICS.timeToRecover, times.detected, state === 'RollbackComplete' ? detail.at : undefined],
  ] as const;
  for (const [metric, from, to] of spans) {
    if (from === undefined || to === undefined) continue;
    // A sender's clock may be ahead of ours.
    meter.measure(metric, Math.max(0, (millis(to) - millis(from)) / 1000), place);
  }
}

function placeOf({ service, environment }: Detail): Readonly<Record<string, string>> {
  return { ...(service !== undefined && { service }), ...(environment !== undefined && { environment }) };
}
