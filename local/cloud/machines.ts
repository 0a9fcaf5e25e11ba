import { jsonAt, parseJson, textAt } from './aws/shapes.ts';
import { arnOf } from './template/identities.ts';
import type { Principal, Resource } from './types.ts';

type Machine = { readonly definition: unknown; readonly principal: Principal };

/** The state machines of the template by ARN, substitutions done. Throws for a definition that is no JSON. */
export function machinesOf(
  resources: readonly Resource[],
  principalOf: (roleArn: string) => Principal,
): ReadonlyMap<string, Machine> {
  const machines = resources.filter(({ type }) => type === 'AWS::StepFunctions::StateMachine');
  return new Map(
    machines.map((resource) => {
      const { properties, logicalId } = resource;
      const substitutions = jsonAt(properties, 'DefinitionSubstitutions');
      const written = textAt(properties, 'DefinitionString') ?? '';
      const text = written.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) =>
        name in substitutions ? String(substitutions[name]) : whole,
      );
      const definition = parseJson(text);
      if (definition === undefined) throw new Error(`the definition of ${logicalId} is not JSON`);
      return [arnOf(resource), { definition, principal: principalOf(textAt(properties, 'RoleArn') ?? '') }];
    }),
  );
}
