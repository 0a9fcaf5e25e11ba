/** Who signs a call: a role of the template, or the laptop's owner, who may do everything. */
export type Principal =
  | { readonly kind: 'owner' }
  | { readonly kind: 'role'; readonly logicalId: string; readonly arn: string }
  | { readonly kind: 'service'; readonly name: string };

/** An error as an AWS service words it: `code` is the exception's name, `status` the HTTP status. */
export class AwsFailure extends Error {
  override readonly name = 'AwsFailure';
  readonly code: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** One AWS service as the local cloud runs it: `action` is the API's name (PutItem), input and output its JSON. */
export type AwsService = (
  action: string,
  input: Record<string, unknown>,
  caller: Principal,
) => Promise<unknown>;

/**
 * Calls any service in the name of a principal, with IAM and fault hooks applied. `service` is the signing name;
 * `context` is what IAM is told beside the call, such as the rule that a service acts for.
 */
export type CallAws = (
  caller: Principal,
  service: string,
  action: string,
  input: Record<string, unknown>,
  context?: Readonly<Record<string, string>>,
) => Promise<unknown>;

/** A function's own failure, as Lambda reports it. */
export type FunctionError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
};

/** Runs a function by name or ARN. */
export type InvokeFunction = (
  functionArn: string,
  payload: unknown,
) => Promise<{ readonly payload: unknown } | { readonly error: FunctionError }>;

/** Asked before and after every call, delivery and workflow step; tests make it delay, fail, duplicate, reorder or kill. */
export type FaultHook = (point: {
  readonly kind: 'call' | 'delivery' | 'step';
  readonly name: string;
  readonly phase: 'before' | 'after';
}) => Promise<void>;

/** A resource of the synthesised template with every intrinsic resolved. */
export type Resource = {
  readonly logicalId: string;
  readonly type: string;
  readonly stack: string;
  /** The construct path of CDK's metadata, such as `HoldfastData/Decisions/Resource`. */
  readonly path: string;
  readonly properties: Record<string, unknown>;
};
