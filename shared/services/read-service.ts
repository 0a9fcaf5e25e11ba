import * as z from 'zod';
import { Fault, type Head, type HeadQuery, type Page, type Store } from '../kernel/index.ts';
import { ServiceDocument } from './contract.ts';

type Deps = { readonly store: Store };

/** What the head of a service holds. Refusals about a service are decisions of its subject too: they keep `data` as it is. */
const ServiceData = z.looseObject({ document: ServiceDocument });

/** An entry of the registry. */
export type Service = {
  readonly name: string;
  readonly rev: number;
  readonly document: ServiceDocument;
  readonly head: Head;
};

/** The service's document. Throws Fault('NotFound'), or 'Malformed' when the stored entry is not one. */
export async function readService(deps: Deps, name: string): Promise<ServiceDocument> {
  return (await loadService(deps, name)).document;
}

/** The service's entry. Throws Fault('NotFound'), or 'Malformed' when the stored entry is not one. */
export async function loadService(deps: Deps, name: string): Promise<Service> {
  const head = await deps.store.head({ kind: 'service', id: name });
  if (head === undefined) throw new Fault('NotFound', `there is no service ${name}`);
  return serviceOf(head);
}

/** One page of the registry, newest first; a page may hold fewer when it is narrowed to an environment. */
export async function listServices(deps: Deps, query: Omit<HeadQuery, 'kind'>): Promise<Page<Service>> {
  const { environment, ...rest } = query;
  const page = await deps.store.heads({ ...rest, kind: 'service' });
  const services = page.items.map(serviceOf);
  const items = services.filter(
    ({ document }) => environment === undefined || Object.hasOwn(document.environments, environment),
  );
  return { ...page, items };
}

/** The whole registry. */
export async function allServices(deps: Deps): Promise<readonly Service[]> {
  const services: Service[] = [];
  let cursor: string | undefined;
  do {
    const page = await listServices(deps, { limit: 100, ...(cursor !== undefined && { cursor }) });
    services.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return services;
}

/** Reads a head as an entry. Throws Fault('Malformed') when it is not one. */
export function serviceOf(head: Head): Service {
  const data = ServiceData.safeParse(head.data);
  if (data.success) return { name: head.id, rev: head.rev, document: data.data.document, head };
  throw new Fault('Malformed', `the stored entry of service ${head.id} is not valid`, { cause: data.error });
}
