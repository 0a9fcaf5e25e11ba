import * as z from 'zod';
import { Fault, type Head, type HeadQuery, type Page, type Store } from '../kernel/index.ts';
import type { Meter } from '../ports/meter.ts';
import { SERVICE_METRICS, ServiceDocument, Slo } from './contract.ts';

type Deps = { readonly store: Store };

/**
 * A document as it was accepted at its time. SLOs once were any record and judged nothing: one that says no objective is
 * left out, so that the service stays readable and its budget is unknown rather than guessed.
 */
const StoredDocument = ServiceDocument.extend({
  slos: z.array(z.unknown()).transform((slos) => slos.flatMap((slo) => Slo.safeParse(slo).data ?? [])),
});

/** What the head of a service holds. Refusals about a service are decisions of its subject too: they keep `data` as it is. */
const ServiceData = z.looseObject({ document: StoredDocument });

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

/** A page of the registry. `malformed` names the stored entries that are none; it is absent where there are none of those. */
export type ServicePage = Page<Service> & { readonly malformed?: readonly string[] };

/** One page of the registry, newest first; a page may hold fewer when it is narrowed to an environment. */
export async function listServices(deps: Deps, query: Omit<HeadQuery, 'kind'>): Promise<ServicePage> {
  const { environment, ...rest } = query;
  const page = await deps.store.heads({ ...rest, kind: 'service' });
  const read = page.items.map((head) => readable(head) ?? head.id);
  const items = read
    .filter((each) => typeof each !== 'string')
    .filter(({ document }) => environment === undefined || Object.hasOwn(document.environments, environment));
  const malformed = read.filter((each) => typeof each === 'string');
  return { ...page, items, ...(malformed.length > 0 && { malformed }) };
}

/**
 * The whole registry, as far as it can be read: one broken entry must not blind Holdfast for all the others. It is
 * counted each time, and whoever asks for it by name is told.
 */
export async function allServices(
  deps: Deps & { readonly meter?: Pick<Meter, 'count'> },
): Promise<readonly Service[]> {
  const services: Service[] = [];
  let cursor: string | undefined;
  do {
    const page = await listServices(deps, { limit: 100, ...(cursor !== undefined && { cursor }) });
    services.push(...page.items);
    for (const service of page.malformed ?? []) deps.meter?.count(SERVICE_METRICS.malformed, { service });
    cursor = page.cursor;
  } while (cursor !== undefined);
  return services;
}

/** A head as an entry, undefined where it is none. */
export function readable(head: Head): Service | undefined {
  const data = ServiceData.safeParse(head.data);
  return data.success ? { name: head.id, rev: head.rev, document: data.data.document, head } : undefined;
}

/** Reads a head as an entry. Throws Fault('Malformed') when it is not one. */
export function serviceOf(head: Head): Service {
  const data = ServiceData.safeParse(head.data);
  if (data.success) return { name: head.id, rev: head.rev, document: data.data.document, head };
  throw new Fault('Malformed', `the stored entry of service ${head.id} is not valid`, { cause: data.error });
}
