import type { Principal, Resource } from '../../../local/cloud/types.ts';

/** A resource of a template's stack `App`, with everything resolved. */
export function resource(
  type: string,
  logicalId: string,
  properties: Readonly<Record<string, unknown>> = {},
): Resource {
  return { type, logicalId, stack: 'App', path: `App/${logicalId}`, properties: { ...properties } };
}

/** A role `R` whose inline policy holds these statements. */
export function role(...statements: readonly Readonly<Record<string, unknown>>[]): Resource {
  return resource('AWS::IAM::Role', 'R', {
    Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: statements } }],
  });
}

export const R: Principal = { kind: 'role', logicalId: 'R', arn: 'arn:aws:iam::000000000000:role/App-R' };

/** An AWS service that calls in its own name. */
export function service(name: string): Principal {
  return { kind: 'service', name: `${name}.amazonaws.com` };
}
