import * as z from 'zod';
import { Envelope, Fault, type Head, type Payload, SUBJECT_KINDS } from '../../kernel/index.ts';

const StoredHead = z.object({
  v: z.literal(1),
  kind: z.enum(SUBJECT_KINDS),
  id: z.string(),
  rev: z.int().min(1),
  state: z.looseObject({ kind: z.string() }),
  service: z.string().exactOptional(),
  environment: z.string().exactOptional(),
  correlationId: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  data: z.record(z.string(), z.unknown()),
});

const StoredPayload = z.object({ v: z.literal(1), bytes: z.string(), salt: z.string(), key: z.string() });

/** The head item: the head's fields on top, and the keys of the indexes by kind, by state and by service. */
export function headItem(pk: string, head: Head): Record<string, unknown> {
  const kind = head.kind.toUpperCase();
  return {
    ...head,
    pk,
    kindPk: kind,
    statePk: `${kind}#${head.state.kind}`,
    ...(head.service !== undefined && { servicePk: `${kind}#${head.service}` }),
  };
}

/** Throws Fault('Malformed') when the stored item is not a head. */
export function headOf(item: Record<string, unknown>): Head {
  return parse(StoredHead, item, 'head');
}

export function envelopeOf(item: Record<string, unknown>): Envelope {
  return parse(Envelope, item, 'decision');
}

export function payloadOf(item: Record<string, unknown>): Payload {
  const { bytes, salt, key } = parse(StoredPayload, item, 'payload');
  return { bytes, salt, key };
}

function parse<T>(schema: z.ZodType<T>, item: Record<string, unknown>, what: string): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new Fault('Malformed', `the stored ${what} ${String(item.pk)} has another form`, {
    cause: parsed.error,
  });
}
