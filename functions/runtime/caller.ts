import { type Actor, Fault } from '../../shared/kernel/index.ts';
import type { HttpEvent } from './http-event.ts';

/** From least to most: each may do what those before it may. */
const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who calls, as the authorizer found out. `person` is absent for an identity that no person is mapped to. */
export type Caller = {
  readonly subject: string;
  readonly person?: string;
  readonly role?: Role;
  readonly via: Actor['via'];
  /** A run of a workflow: the repository and commit that it runs in, and the login that set it off. */
  readonly run?: { readonly repository: string; readonly sha: string; readonly login?: string };
};
/** What a route asks of its caller. `forRuns`: a workflow's run may use it too, though it needs more than a viewer. */
type Asked = { readonly role?: Role; readonly forRuns?: boolean };

const CLIENTS: readonly string[] = ['cli', 'console'];

/** The caller of a request. Throws Fault('Unauthenticated') when a role is needed and the authorizer said nothing, Fault('Forbidden') when the role is too low or the route is for people. */
export function callerOf(event: HttpEvent, { role: needed, forRuns = false }: Asked): Caller {
  const said = event.requestContext.authorizer?.lambda ?? {};
  const subject = text(said.subject);
  const role = ROLES.find((name) => name === said.role);
  const person = text(said.person);
  const run = runOf(said);
  const caller: Caller = {
    subject: subject ?? 'anonymous',
    ...(run !== undefined && { run }),
    ...(person !== undefined && { person }),
    ...(role !== undefined && { role }),
    via: viaOf(event),
  };
  if (needed === undefined) return caller;
  if (subject === undefined) throw new Fault('Unauthenticated', 'the request carries no identity');
  if (role === undefined || ROLES.indexOf(role) < ROLES.indexOf(needed)) {
    throw new Fault('Forbidden', `this needs the role ${needed}; the caller is ${role ?? 'in no group'}`);
  }
  // An operator's role is more than a run is for: it deploys, and reads what became of it.
  if (run !== undefined && needed !== 'viewer' && !forRuns) {
    throw new Fault('Forbidden', 'this is for people; the caller is the run of a workflow');
  }
  return caller;
}

/** Whether the caller's role is at least this one. */
export function hasRole({ role }: Caller, needed: Role): boolean {
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** For what one route serves and not everybody may do who may use it. Throws Fault('Forbidden'). */
export function requireRole(caller: Caller, needed: Role): void {
  if (!hasRole(caller, needed))
    throw new Fault(
      'Forbidden',
      `this needs the role ${needed}; the caller is ${caller.role ?? 'in no group'}`,
    );
}

function runOf(said: Readonly<Record<string, unknown>>): Caller['run'] {
  const [repository, sha, login] = [text(said.repository), text(said.sha), text(said.login)];
  if (repository === undefined) return undefined;
  return { repository, sha: sha ?? '', ...(login !== undefined && { login }) };
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
