import * as z from 'zod';
import { parse, sha256Hex } from '../../kernel/index.ts';
import { SEVERITIES, SIGNAL_STATUSES } from '../contract.ts';
import { type Mapper, timeOf } from './mapped.ts';

const Name = z.string().min(1).max(200);

/** Our own small form, for senders that nobody has written a mapper for: docs/integrations/generic.md. */
const Body = z.strictObject({
  /** Of the problem: the same when it fires and when it is resolved. */
  id: z.string().min(1).max(300),
  status: z.enum(SIGNAL_STATUSES),
  service: Name.exactOptional(),
  environment: Name.exactOptional(),
  severity: z.enum(SEVERITIES).exactOptional(),
  title: z.string().min(1).max(500),
  /** When the problem began; a resolved one repeats it. */
  startsAt: z.iso.datetime({ offset: true }),
  revision: Name.exactOptional(),
  labels: z
    .record(Name, z.string().max(500))
    .refine((labels) => Object.keys(labels).length <= 50, 'must not have more than 50 entries')
    .exactOptional(),
  links: z
    .array(z.url({ protocol: /^https?$/ }).max(2000))
    .max(5)
    .exactOptional(),
});

/** A repeat with the same start is the same delivery. */
export const mapGeneric: Mapper = ({ body }) => {
  const signal = parse(Body, body, 'the generic body');
  const { id, status, title, service, environment, revision, labels, links = [] } = signal;
  const startsAt = timeOf(signal.startsAt);
  const severity = signal.severity ?? (status === 'firing' ? 'medium' : 'info');
  const mapped = {
    sourceEventId: sha256Hex([id, startsAt, status].join('\n')),
    fingerprint: id,
    ...{ status, kind: 'generic', severity, title },
    ...(revision !== undefined && { revision }),
    ...(startsAt !== undefined && { startsAt }),
    links,
    labels: { ...labels, id, service, environment },
  };
  return { kind: 'signals', signals: [mapped] };
};
