import { AwsFailure } from '../types.ts';

type Input = Record<string, unknown>;

/** A text member of an API call. @throws AwsFailure ValidationException when it is missing */
export function text(input: Input, member: string): string {
  const value = optionalText(input, member);
  if (value === undefined) throw new AwsFailure('ValidationException', `'${member}' must not be null`);
  return value;
}

/** A text member that may be missing. @throws AwsFailure ValidationException when it is no text */
export function optionalText(input: Input, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new AwsFailure('ValidationException', `'${member}' must be a string`);
}

/** A number member that may be missing. @throws AwsFailure ValidationException when it is no number */
export function numberOf(input: Input, member: string): number | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number') return value;
  throw new AwsFailure('ValidationException', `'${member}' must be a number`);
}
