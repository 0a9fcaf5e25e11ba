import { type Store, viewDecisions } from '../kernel/index.ts';
import { AUTONOMY_SUBJECT } from './autonomy.ts';
import { loadService, type Service } from './read-service.ts';

/** An entry as the API shows it. */
export function serviceView({ name, document, head }: Service) {
  const { kind, id, rev, state, correlationId, createdAt, updatedAt } = head;
  return { kind, id, name, rev, state, ...document, correlationId, createdAt, updatedAt };
}

/** Every decision of a service, oldest first; of an erased one only the envelope is left. Throws Fault('NotFound'). */
export async function listServiceDecisions(deps: { readonly store: Store }, name: string) {
  await loadService(deps, name);
  return viewDecisions(await deps.store.decisions({ kind: 'service', id: name }));
}

/** Every decision on the autonomy table and the kill switch, oldest first. */
export async function listAutonomyDecisions(deps: { readonly store: Store }) {
  return viewDecisions(await deps.store.decisions(AUTONOMY_SUBJECT));
}
