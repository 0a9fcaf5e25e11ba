import { vi } from 'vitest';
import * as z from 'zod';
import { type Route, route } from '../../../functions/runtime/http.ts';
import { CONTEXT, httpEvent } from './events.ts';
import { memoryKeys } from './memory-keys.ts';

/** A route that writes. */
export const THING = {
  method: 'PUT',
  path: '/v1/things/{name}',
  summary: 'A thing',
  role: 'operator',
  params: z.strictObject({ name: z.string() }),
  body: z.strictObject({ size: z.int(), parts: z.array(z.strictObject({ weight: z.number() })).default([]) }),
  idempotent: true,
} as const satisfies Route;

export const put = (change: Parameters<typeof httpEvent>[0] = {}) =>
  httpEvent({
    method: 'PUT',
    path: '/v1/things/{name}',
    params: { name: 'a' },
    body: { size: 1 },
    ...change,
  });

/** The route over a use case that answers the body. */
export function thing(keys = memoryKeys()) {
  const useCase = vi.fn(async (request: { body: unknown }) => ({ made: request.body }));
  const handler = route(THING, useCase, () => keys);
  return { useCase, call: (change?: Parameters<typeof httpEvent>[0]) => handler(put(change), CONTEXT) };
}
