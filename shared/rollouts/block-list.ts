import type { Store } from '../kernel/index.ts';

/** A revision that was condemned in a service: later deployments and rollbacks read it. Held for ever, by its rollout. */
export function blockOf(service: string, revision: string): string {
  return `BLOCKED#${service}#${revision}`;
}

/** The rollout that condemned a revision of a service; undefined when none did. */
export async function condemnedBy(
  store: Pick<Store, 'lockHolder'>,
  service: string,
  revision: string,
): Promise<string | undefined> {
  return store.lockHolder(blockOf(service, revision));
}
