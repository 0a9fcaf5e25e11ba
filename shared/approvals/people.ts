import { type Actor, type DecideDeps, decide, Fault, type Store, viewDecisions } from '../kernel/index.ts';
import { type KnownPerson, PeopleDocument } from './contract.ts';
import { setPeople } from './rules/record-approval.ts';

/** One item for all: persons are not subjects, so that no name stands in an envelope or in the ledger. */
const PEOPLE = { kind: 'people', id: 'all' } as const;

type Asked = { readonly actor: Actor; readonly correlationId: string; readonly key: string };
export type People = PeopleDocument & { readonly rev: number };

/** Who is who, read now. Throws Fault('Malformed') when the stored item is not such a document. */
export async function readPeople(store: Store): Promise<People> {
  const head = await store.head(PEOPLE);
  if (head === undefined) return { rev: 0, people: [] };
  const read = PeopleDocument.safeParse({ people: head.data.people });
  if (!read.success)
    throw new Fault('Malformed', 'the stored list of people is not valid', { cause: read.error });
  return { rev: head.rev, people: read.data.people };
}

/** Every decision on who is who, oldest first. */
export async function listPeopleDecisions(store: Store) {
  return viewDecisions(await store.decisions(PEOPLE));
}

/** The person behind a GitHub login or a Slack member id (logins do not tell case apart); undefined when nobody is mapped. */
export async function personOf(
  store: Store,
  via: 'github' | 'slack',
  id: string,
): Promise<KnownPerson | undefined> {
  const { people } = await readPeople(store);
  return people.find(({ identities }) =>
    identities.some((known) => known.via === via && known.id.toLowerCase() === id.toLowerCase()),
  );
}

/** Sets who is who, as a whole. Throws Fault('Conflict') when somebody else was first. */
export async function putPeople(deps: DecideDeps, { people }: PeopleDocument, asked: Asked): Promise<People> {
  const head = await deps.store.head(PEOPLE);
  const decided = await decide(deps, {
    subject: PEOPLE,
    expectedRev: head?.rev ?? 0,
    ...asked,
    ...(head !== undefined && { createdAt: head.createdAt }),
    from: head?.state.kind ?? 'None',
    rule: setPeople,
    inputs: { people },
    step: (outcome) => ({
      event: 'PeopleSet',
      events: [{ type: 'PeopleSet', data: { ...outcome } }],
      reasons: [{ code: 'ASKED', text: `${outcome.people} people with ${outcome.identities} identities` }],
      state: { kind: 'Known' },
      data: { v: 1, people },
    }),
  });
  return { rev: decided.rev, people };
}
