import * as z from 'zod';

/** The subject of a decision: a thing with a history. `kind` is singular. */
export const SUBJECT_KINDS = [
  'deployment',
  'rollout',
  'rollback',
  'incident',
  'prompt',
  'evaluation',
  'experiment',
  'service',
  'approval',
  'autonomy',
  'people',
  'policy',
] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];
export type Subject = { readonly kind: SubjectKind; readonly id: string };

export const VIA = ['api', 'cli', 'console', 'slack', 'pull-request', 'schedule', 'workflow'] as const;
export type Actor = {
  readonly type: 'person' | 'system' | 'rule';
  readonly id: string;
  readonly via: (typeof VIA)[number];
};

export type DomainEvent = { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
export type Reason = {
  readonly code: string;
  readonly text: string;
  readonly data?: Readonly<Record<string, unknown>>;
};

/** The code of a reason that is named after an event: RolloutRolledBack is ROLLOUT_ROLLED_BACK. */
export function reasonCode(event: string): string {
  return event.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}

/** One immutable step of a subject, whole. `outcome = rule(inputs)` and nothing else. Times are ISO 8601 UTC. */
export type Decision = {
  readonly v: 1;
  readonly kind: SubjectKind;
  readonly id: string;
  readonly rev: number;
  readonly at: string;
  readonly service?: string;
  readonly environment?: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly actor: Actor;
  readonly from: string;
  readonly event: string;
  readonly to: string;
  readonly events: readonly DomainEvent[];
  readonly rule: { readonly name: string; readonly version: number };
  readonly inputs: unknown;
  readonly outcome: unknown;
  readonly reasons: readonly Reason[];
  readonly software: { readonly version: string; readonly configDigest: string };
};

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What the decisions table holds and its stream carries: no personal data, and a commitment to the whole decision. */
export const Envelope = z.object({
  v: z.literal(1),
  kind: z.enum(SUBJECT_KINDS),
  id: z.string().min(1).max(200),
  rev: z.int().min(1),
  at: z.iso.datetime({ precision: 3 }),
  service: z.string().optional(),
  environment: z.string().optional(),
  correlationId: z.string().min(1),
  causationId: z.string().optional(),
  from: z.string(),
  event: z.string().min(1),
  to: z.string(),
  events: z.array(z.object({ type: z.string().min(1), data: z.record(z.string(), z.unknown()) })),
  commitment: Hash,
});
export type Envelope = z.infer<typeof Envelope>;

/** The current state of a subject, and what its capability keeps beside it. `state.kind` is the state's name. */
export type Head = {
  readonly v: 1;
  readonly kind: SubjectKind;
  readonly id: string;
  readonly rev: number;
  readonly state: { readonly kind: string };
  readonly service?: string;
  readonly environment?: string;
  readonly correlationId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly data: Readonly<Record<string, unknown>>;
};
