import { canonicalJson, rule } from '../../kernel/index.ts';
import type { SERVICE_EVENTS, ServiceDocument } from '../contract.ts';

export type RegisterServiceInputs = {
  readonly name: string;
  readonly before: ServiceDocument | null;
  readonly document: ServiceDocument;
};
export type RegisterServiceOutcome = {
  readonly event: (typeof SERVICE_EVENTS)[number];
  /** Top-level fields that differ, in alphabetical order. */
  readonly changed: readonly string[];
};

/** What a new document means for the registry's entry. */
export const registerService = rule(
  'register-service',
  1,
  ({ before, document }: RegisterServiceInputs): RegisterServiceOutcome => {
    const old: Record<string, unknown> = before ?? {};
    const now: Record<string, unknown> = document;
    const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
    const changed = names.filter(
      (name) => canonicalJson(old[name] ?? null) !== canonicalJson(now[name] ?? null),
    );
    return { event: before === null ? 'ServiceRegistered' : 'ServiceChanged', changed };
  },
);
