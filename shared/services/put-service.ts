import {
  type Actor,
  type DecideDeps,
  decide,
  Fault,
  type Head,
  type Issue,
  isFault,
} from '../kernel/index.ts';
import type { ServiceDocument } from './contract.ts';
import { contradictingTimings } from './contradicting-timings.ts';
import { readable, type Service, serviceOf } from './read-service.ts';
import { type RegisterServiceOutcome, registerService } from './rules/register-service.ts';

export type PutServiceInput = {
  readonly name: string;
  readonly document: ServiceDocument;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly key: string;
};

/**
 * Registers a service or replaces its document; the same document again changes nothing and decides nothing.
 * Throws Fault('InvalidInput') when fields contradict each other, Fault('Conflict') when others keep changing the entry.
 */
export async function putService(deps: DecideDeps, input: PutServiceInput): Promise<Service> {
  const issues = contradictions(input.name, input.document);
  const [first] = issues;
  if (first !== undefined) {
    throw new Fault('InvalidInput', `the service document is not valid: ${first.path} ${first.message}`, {
      issues,
    });
  }
  try {
    return await put(deps, input);
  } catch (thrown) {
    // A refused signal is a decision of the service too: one that came between is no reason to bother a person.
    if (isFault(thrown, 'Conflict')) return await put(deps, input);
    throw thrown;
  }
}

async function put(deps: DecideDeps, input: PutServiceInput): Promise<Service> {
  const head = await deps.store.head({ kind: 'service', id: input.name });
  // An entry that cannot be read is replaced as if there were none: this is how it is mended.
  const before = head === undefined ? undefined : readable(head);
  const inputs = { name: input.name, before: before?.document ?? null, document: input.document };
  if (before !== undefined && registerService.decide(inputs).changed.length === 0) return before;
  const decided = await decide(deps, {
    subject: { kind: 'service', id: input.name },
    expectedRev: head?.rev ?? 0,
    key: input.key,
    correlationId: input.correlationId,
    service: input.name,
    ...(head !== undefined && { createdAt: head.createdAt }),
    actor: input.actor,
    from: head?.state.kind ?? 'None',
    rule: registerService,
    inputs,
    step: (outcome) => stepOf(input, outcome, head),
  });
  return serviceOf(decided.head);
}

function stepOf(input: PutServiceInput, outcome: RegisterServiceOutcome, head: Head | undefined) {
  const { event, changed } = outcome;
  const what = event === 'ServiceRegistered' ? 'registered' : `changed: ${changed.join(', ')}`;
  return {
    event,
    events: [{ type: event, data: { changed } }],
    reasons: [{ code: 'ASKED', text: `${input.name} was ${what}` }],
    state: { kind: 'Registered' },
    data: { ...head?.data, v: 1, document: input.document },
  };
}

/** What a schema of single fields cannot see. */
function contradictions(name: string, document: ServiceDocument): readonly Issue[] {
  const unknown = document.selectors.flatMap((selector, index) =>
    Object.hasOwn(document.environments, selector.environment)
      ? []
      : [
          {
            path: `selectors.${index}.environment`,
            message: 'must be one of the environments of this document',
          },
        ],
  );
  const itself = document.dependencies.flatMap((dependency, index) =>
    dependency === name ? [{ path: `dependencies.${index}`, message: 'must not be the service itself' }] : [],
  );
  return [...unknown, ...itself, ...contradictingTimings(document.timings)];
}
