import * as z from 'zod';

/** What every list takes. */
export const ListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().min(1).max(2000).exactOptional(),
  service: z.string().min(1).max(100).exactOptional(),
  environment: z.string().min(1).max(100).exactOptional(),
  state: z.string().min(1).max(100).exactOptional(),
  since: z.iso.datetime({ offset: true }).exactOptional(),
});
export type ListQuery = z.infer<typeof ListQuery>;
