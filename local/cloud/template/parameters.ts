import { type Json, text } from './values.ts';

/** The value of a stack parameter, held to its declared type, values and pattern as CloudFormation holds it. */
export function parameterValue(name: string, declared: Json, override: string | undefined): unknown {
  const type = text(declared.Type, `the type of parameter ${name}`);
  if (type.startsWith('AWS::SSM::')) throw new Error(`parameter ${name} of type ${type} is not run locally`);
  const value = override ?? declared.Default;
  if (value === undefined) throw new Error(`parameter ${name} has no default and needs a value`);
  const given = text(value, `parameter ${name}`);
  const allowed = declared.AllowedValues;
  if (Array.isArray(allowed) && !allowed.map(String).includes(given)) {
    throw new Error(`parameter ${name} is ${given}, allowed are ${allowed.join(', ')}`);
  }
  const pattern = declared.AllowedPattern;
  if (typeof pattern === 'string' && !new RegExp(`^(?:${pattern})$`).test(given)) {
    throw new Error(`parameter ${name} is ${given}, which does not match ${pattern}`);
  }
  if (type === 'CommaDelimitedList') return given.split(',').map((part) => part.trim());
  return type === 'Number' ? Number(given) : given;
}
