import { expect } from 'vitest';
import * as z from 'zod';
import { approvalEventExamples } from '../../shared/approvals/events.examples.ts';
import { approvalEvents } from '../../shared/approvals/events.ts';
import {
  deploymentEventExamples,
  deploymentEventOfServicesExamples,
} from '../../shared/deployments/events.examples.ts';
import { deploymentEvents, deploymentEventsOfServices } from '../../shared/deployments/events.ts';
import { type Envelope, SUBJECT_KINDS } from '../../shared/kernel/index.ts';
import { EVENT_VERSION } from '../../shared/ledger/contract.ts';
import { eventsOf } from '../../shared/ledger/index.ts';
import { policyEventExamples } from '../../shared/policies/events.examples.ts';
import { policyEvents } from '../../shared/policies/events.ts';
import {
  rollbackEventExamples,
  rollbackEventOfServicesExamples,
} from '../../shared/rollbacks/events.examples.ts';
import { rollbackEvents, rollbackEventsOfServices } from '../../shared/rollbacks/events.ts';
import { rolloutEventExamples } from '../../shared/rollouts/events.examples.ts';
import { rolloutEvents } from '../../shared/rollouts/events.ts';
import { serviceEventExamples } from '../../shared/services/events.examples.ts';
import { serviceEvents } from '../../shared/services/events.ts';

type Table = {
  readonly schemas: Readonly<Record<string, z.ZodType>>;
  readonly examples: Readonly<Record<string, object>>;
};

/** Everything that is published, by source and type. */
export const EVENT_TABLES: Readonly<Record<string, Table>> = {
  'holdfast.rollbacks': { schemas: rollbackEvents, examples: rollbackEventExamples },
  'holdfast.deployments': { schemas: deploymentEvents, examples: deploymentEventExamples },
  'holdfast.rollouts': { schemas: rolloutEvents, examples: rolloutEventExamples },
  'holdfast.policies': { schemas: policyEvents, examples: policyEventExamples },
  'holdfast.approvals': { schemas: approvalEvents, examples: approvalEventExamples },
  'holdfast.services': {
    schemas: { ...serviceEvents, ...rollbackEventsOfServices, ...deploymentEventsOfServices },
    examples: {
      ...serviceEventExamples,
      ...rollbackEventOfServicesExamples,
      ...deploymentEventOfServicesExamples,
    },
  },
};

/** The detail of every event, whatever its type; its `data` has the schema of the type. */
export const EventDetail = z.strictObject({
  version: z.literal(EVENT_VERSION).describe('Of this form: one that you do not know is not for you.'),
  eventId: z
    .string()
    .regex(/^[a-z]+\/[^/]+\/\d+\/\d+$/)
    .describe('`<kind>/<id>/<rev>/<n>`: the same for each delivery; drop what you have seen.'),
  correlationId: z.string().min(1).describe('The same for all that belongs together.'),
  subject: z
    .strictObject({ kind: z.enum(SUBJECT_KINDS), id: z.string().min(1) })
    .describe('Whose decision it is an event of.'),
  rev: z.int().min(1).describe('Which decision of the subject, from 1 without a gap.'),
  at: z.iso.datetime({ precision: 3 }).describe('When it was decided: UTC, with milliseconds.'),
  service: z.string().exactOptional(),
  environment: z.string().exactOptional(),
  data: z.record(z.string(), z.unknown()).describe('As the type says, below.'),
});

/** What a detail violates: nothing when it is what the documentation promises. */
export function eventFlaws(source: string, type: string, detail: unknown): readonly string[] {
  const schema = EVENT_TABLES[source]?.schemas[type];
  if (schema === undefined) return [`${source} ${type} has no schema`];
  const parsed = EventDetail.extend({ data: schema }).safeParse(detail);
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path, message }) => `${source} ${type} ${path.join('.')}: ${message}`);
}

/** Every event of a decision is as the documentation promises. */
export function expectKnownEvents(envelope: Envelope): void {
  const published = eventsOf({ change: 'INSERT', keys: {}, newImage: envelope });
  expect(published).toHaveLength(envelope.events.length);
  expect(published.flatMap(({ source, type, detail }) => eventFlaws(source, type, detail))).toEqual([]);
}
