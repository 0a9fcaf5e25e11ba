import { type Actor, Fault } from '../../shared/kernel/index.ts';
import type { HttpEvent } from './http-event.ts';

/** From least to most: each may do what those before it may. */
const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who calls, as the authorizer found out. `person` is absent for an identity that no person is mapped to (CI). */
export type Caller = {
  readonly subject: string;
  readonly person?: string;
  readonly role?: Role;
  readonly via: Actor['via'];
};

const CLIENTS: readonly string[] = ['cli', 'console'];

/** The caller of a request. Throws Fault('Unauthenticated') when a role is needed and the authorizer said nothing, Fault('Forbidden') when the role is too low. */
export function callerOf(event: HttpEvent, needed: Role | undefined): Caller {
  const said = event.requestContext.authorizer?.lambda ?? {};
  const subject = text(said.subject);
  const role = ROLES.find((name) => name === said.role);
  const person = text(said.person);
  const caller: Caller = {
    subject: subject ?? 'anonymous',
    ...(person !== undefined && { person }),
    ...(role !== undefined && { role }),
    via: viaOf(event),
  };
  if (needed === undefined) return caller;
  if (subject === undefined) throw new Fault('Unauthenticated', 'the request carries no identity');
  if (role === undefined || ROLES.indexOf(role) < ROLES.indexOf(needed)) {
    throw new Fault('Forbidden', `this needs the role ${needed}; the caller is ${role ?? 'in no group'}`);
  }
  return caller;
}

/** The caller as the actor of a decision. */
export function actorOf(caller: Caller): Actor {
  if (caller.person !== undefined) return { type: 'person', id: caller.person, via: caller.via };
  return { type: 'system', id: caller.subject, via: caller.via };
}

/** Our own clients name themselves; a decision records it, nothing is allowed by it. */
function viaOf(event: HttpEvent): Actor['via'] {
  const client = event.headers?.['x-holdfast-client'];
  return client !== undefined && CLIENTS.includes(client) ? (client as Actor['via']) : 'api';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
