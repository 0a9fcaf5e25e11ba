import type { Iam } from '../iam/iam.ts';
import { type Directory, iamRequests } from '../iam/requests.ts';
import { AwsFailure, type AwsService, type CallAws, type FaultHook, type Principal } from '../types.ts';

/** What IAM is told beside the call itself, such as the rule that a service acts for. */
type CallContext = Readonly<Record<string, string>>;

export type Calls = {
  readonly call: CallAws;
  readonly callFor: (context: CallContext) => CallAws;
  /** Fault hook, IAM, `work`, fault hook. Throws AwsFailure('AccessDeniedException') in AWS's words. */
  readonly guarded: <T>(caller: Principal, call: Call, work: () => Promise<T>) => Promise<T>;
};

type Call = {
  readonly service: string;
  readonly action: string;
  readonly input: Record<string, unknown>;
  readonly context?: CallContext;
};

/**
 * The one way to any service: fault hook, IAM, service, fault hook. What IAM cannot name is denied.
 * `services` are found by signing name at each call, so that services may depend on one another.
 */
export function createCalls(options: {
  readonly iam: Iam;
  readonly directory: Directory;
  readonly services: ReadonlyMap<string, AwsService>;
  readonly fault: FaultHook;
}): Calls {
  const guarded: Calls['guarded'] = async (caller, call, work) => {
    const point = { kind: 'call', name: `${call.service}:${call.action}` } as const;
    await options.fault({ ...point, phase: 'before' });
    authorize(options, caller, call);
    const output = await work();
    await options.fault({ ...point, phase: 'after' });
    return output;
  };
  const callFor: Calls['callFor'] = (context) => (caller, service, action, input) =>
    guarded(caller, { service, action, input, context }, async () => {
      const run = options.services.get(service);
      if (run === undefined)
        throw new AwsFailure('UnknownOperationException', `the service ${service} is not run here`);
      return run(action, input, caller);
    });
  return { guarded, callFor, call: callFor({}) };
}

function authorize(
  { iam, directory }: { readonly iam: Iam; readonly directory: Directory },
  caller: Principal,
  { service, action, input, context }: Call,
): void {
  if (caller.kind === 'owner') return;
  const requests = iamRequests(service, action, input, directory);
  if (requests === undefined) {
    throw denied(`User: ${nameOf(caller)} is not authorized to perform: ${service}:${action}`);
  }
  for (const request of requests) {
    const asked = { ...request, context: { ...request.context, ...context } };
    const { allowed, reason } = iam.authorize(caller, asked);
    if (!allowed) throw denied(worded(caller, request.action, request.resource, reason));
  }
}

function worded(
  caller: Principal,
  action: string,
  resource: string | readonly string[],
  reason: string,
): string {
  const what = `User: ${nameOf(caller)} is not authorized to perform: ${action} on resource: ${String(resource)}`;
  const explicit = reason.includes(' denies ');
  const why = explicit
    ? 'with an explicit deny'
    : `because no identity-based policy allows the ${action} action`;
  return `${what} ${why}`;
}

function nameOf(caller: Principal): string {
  if (caller.kind === 'role') return caller.arn;
  return caller.kind === 'service' ? caller.name : 'the owner';
}

function denied(message: string): AwsFailure {
  return new AwsFailure('AccessDeniedException', message, 400);
}
