import type { Iam } from '../iam/iam.ts';
import { type Directory, iamRequests } from '../iam/requests.ts';
import { AwsFailure, type AwsService, type CallAws, type FaultHook, type Principal } from '../types.ts';

type Call = {
  readonly service: string;
  readonly action: string;
  readonly input: Record<string, unknown>;
  readonly context?: Readonly<Record<string, string>>;
};

export type Calls = {
  readonly call: CallAws;
  /** Fault hook, IAM, `work`, fault hook. Throws AwsFailure('AccessDeniedException') in AWS's words. */
  readonly guarded: <T>(caller: Principal, call: Call, work: () => Promise<T>) => Promise<T>;
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
  return {
    guarded,
    call: (caller, service, action, input, context = {}) =>
      guarded(caller, { service, action, input, context }, async () => {
        const run = options.services.get(service);
        if (run !== undefined) return run(action, input, caller);
        throw new AwsFailure('UnknownOperationException', `the service ${service} is not run here`);
      }),
  };
}

function authorize(
  { iam, directory }: { readonly iam: Iam; readonly directory: Directory },
  caller: Principal,
  { service, action, input, context }: Call,
): void {
  if (caller.kind === 'owner') return;
  const user = `User: ${caller.kind === 'role' ? caller.arn : caller.name} is not authorized to perform:`;
  const requests = iamRequests(service, action, input, directory);
  if (requests === undefined) throw new AwsFailure('AccessDeniedException', `${user} ${service}:${action}`);
  for (const request of requests) {
    const asked = { ...request, context: { ...request.context, ...context } };
    const { allowed, reason } = iam.authorize(caller, asked);
    if (allowed) continue;
    const why = reason.includes(' denies ')
      ? 'with an explicit deny'
      : `because no identity-based policy allows the ${request.action} action`;
    const what = `${user} ${request.action} on resource: ${String(request.resource)}`;
    throw new AwsFailure('AccessDeniedException', `${what} ${why}`);
  }
}
