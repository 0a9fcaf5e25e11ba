import * as z from 'zod';
import { wholeNumber } from '../../shared/kernel/index.ts';

/** A moment, as it is stored and compared: UTC with milliseconds, whatever offset it was sent with. */
const Moment = z.iso
  .datetime({ offset: true, error: 'must be a moment such as 2026-11-21T12:00:00Z' })
  .transform((text) => new Date(text).toISOString());

const ListQuery = z.strictObject({
  limit: wholeNumber(1, 100).default(50),
  cursor: z.string().min(1).max(2000).exactOptional(),
  service: z.string().min(1).max(100).exactOptional(),
  environment: z.string().min(1).max(100).exactOptional(),
  since: Moment.exactOptional(),
});

/**
 * What every list takes. `state` is one of the capability's states, in whatever case: any other would match nothing and
 * look like an empty list.
 */
export function listQuery<State extends string>(states: readonly [State, ...State[]]) {
  const state = z
    .string()
    .meta({ enum: [...states] })
    .transform((sent) => states.find((known) => known.toLowerCase() === sent.toLowerCase()) ?? sent)
    .pipe(z.enum(states, `must be one of ${states.join(', ')}`));
  return ListQuery.extend({ state: state.exactOptional() });
}
