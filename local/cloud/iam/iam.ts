import { createHash } from 'node:crypto';
import { arnOf } from '../template/identities.ts';
import type { Principal, Resource } from '../types.ts';
import { compilePolicies, rolesOf } from './policies.ts';
import { evaluate, type IamRequest, type Statement } from './statements.ts';

export type Decision = { readonly allowed: boolean; readonly reason: string };
export type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

export type Iam = {
  /**
   * May this principal make this call? Roles are held to their policies and to policies on the resource. For an AWS
   * service only policies on the resource count: it has none of its own.
   */
  readonly authorize: (principal: Principal, request: IamRequest) => Decision;
  readonly principalOf: (accessKeyId: string) => Principal | undefined;
  /** The key a role signs with, by its logical id or ARN. Throws for a role the template does not have. */
  readonly credentialsOf: (role: string) => Credentials;
};

/** What the laptop's owner signs with: the command line, the tests, `aws --endpoint-url`. */
export const OWNER: Credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * Compiles the template's policies once; a check then takes microseconds.
 * Throws an error that lists every condition key, operator, element and managed policy it does not know.
 */
export function createIam(resources: readonly Resource[]): Iam {
  const { byRole, onResources } = compilePolicies(resources);
  const roles = rolesOf(resources).map((resource) => {
    const arn = arnOf(resource);
    const principal = { kind: 'role', logicalId: resource.logicalId, arn } as const;
    return { principal, credentials: credentials(arn) };
  });
  const byKey = new Map(roles.map((role) => [role.credentials.accessKeyId, role.principal]));
  const own = narrowed((arn) => byRole.get(arn) ?? []);
  const toCaller = narrowed((caller) => onResources.filter((statement) => statement.speaksOf(caller)));
  const delegating = narrowed(() => onResources.filter((statement) => statement.delegates));
  // A role's own policies count for a key only where the key's policy lets the account decide.
  const ownFor = (arn: string, request: IamRequest) => {
    const statements = own(arn, request.action);
    const counts =
      !request.action.startsWith('kms:') ||
      evaluate(delegating('account', request.action), request) !== undefined;
    return counts ? statements : statements.filter(({ effect }) => effect === 'Deny');
  };

  return {
    authorize: (principal, request) => {
      if (principal.kind === 'owner') return { allowed: true, reason: 'the owner may do everything' };
      const caller = principal.kind === 'service' ? principal.name : principal.arn;
      const own = principal.kind === 'service' ? [] : ownFor(caller, request);
      return decide(caller, request, [...own, ...toCaller(caller, request.action)]);
    },
    principalOf: (accessKeyId) =>
      accessKeyId === OWNER.accessKeyId ? { kind: 'owner' } : byKey.get(accessKeyId),
    credentialsOf: (role) => {
      const [found, ...others] = roles.filter(
        ({ principal }) => principal.logicalId === role || principal.arn === role,
      );
      if (found === undefined) throw new Error(`the template has no role ${role}`);
      if (others.length > 0) throw new Error(`the template has several roles ${role}`);
      return found.credentials;
    },
  };
}

/** The statements that speak of an action, found once per principal and action. */
function narrowed(find: (principal: string) => readonly Statement[]) {
  const known = new Map<string, readonly Statement[]>();
  return (principal: string, action: string): readonly Statement[] => {
    const key = `${principal} ${action}`;
    const found = known.get(key) ?? find(principal).filter((statement) => statement.covers(action));
    known.set(key, found);
    return found;
  };
}

function decide(caller: string, request: IamRequest, statements: readonly Statement[]): Decision {
  const { action, resource } = request;
  const found = evaluate(statements, request);
  if (found === undefined)
    return { allowed: false, reason: `${caller} is not authorized to perform ${action} on ${resource}` };
  const verb = found.effect === 'Allow' ? 'allows' : 'denies';
  const reason = `${found.from} ${verb} ${action} on ${resource} to ${caller}`;
  return { allowed: found.effect === 'Allow', reason };
}

/** Derived from the ARN, so that a function keeps its key over restarts. */
function credentials(arn: string): Credentials {
  const digest = createHash('sha256').update(arn).digest('hex');
  return { accessKeyId: `ASIA${digest.slice(0, 16).toUpperCase()}`, secretAccessKey: digest.slice(16, 56) };
}
