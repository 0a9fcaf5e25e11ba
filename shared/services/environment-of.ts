import type { ServiceDocument } from './contract.ts';

/** Where the service runs under that name; undefined for a name that it has not. `constructor` is no environment: every object has that member. */
export function environmentOf(
  { environments }: Pick<ServiceDocument, 'environments'>,
  name: string,
): ServiceDocument['environments'][string] | undefined {
  return Object.hasOwn(environments, name) ? environments[name] : undefined;
}
