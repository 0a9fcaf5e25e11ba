import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Effect, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { type HoldfastFunction, kebab } from './function.ts';

type WorkflowProps = {
  /** By construct id; the definition names each as `${<id>Arn}`. */
  readonly functions: readonly HoldfastFunction[];
  readonly logRetentionDays: number;
};

const MACHINES = join(import.meta.dirname, '..', '..', 'statemachines');

/** A state machine from `statemachines/<verb-noun>.asl.json`. It may invoke exactly the functions its definition names. */
export class HoldfastWorkflow extends StateMachine {
  constructor(scope: Construct, id: string, props: WorkflowProps) {
    const definition = readFileSync(join(MACHINES, `${kebab(id)}.asl.json`), 'utf8');
    const used = usedBy(definition, props.functions);
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: `Runs the state machine ${kebab(id)}`,
    });
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['lambda:InvokeFunction'],
        resources: used.map((fn) => fn.functionArn),
      }),
    );
    super(scope, id, {
      // inlined and without its white space, so that the template holds the whole machine
      definitionBody: DefinitionBody.fromString(JSON.stringify(JSON.parse(definition))),
      definitionSubstitutions: Object.fromEntries(used.map((fn) => [`${fn.node.id}Arn`, fn.functionArn])),
      role,
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(scope, `${id}Logs`, {
          retention: props.logRetentionDays,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        // names of states and errors are enough to follow it; inputs stay in the decisions
        includeExecutionData: false,
      },
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Log delivery (logs:*LogDelivery, resource policies) and X-Ray have no resource level: they accept only *.',
    });
  }

  /** Start it, by name: starting the same name again is success. */
  grantStart(fn: HoldfastFunction, variable: `${string}_MACHINE_ARN`): void {
    fn.addEnvironment(variable, this.stateMachineArn);
    fn.allow(['states:StartExecution'], [this.stateMachineArn]);
  }

  /**
   * Wake what waits in it. A policy of its own, not a statement of the role's: the machine depends on the functions it
   * invokes, and a function depends on its role's policy.
   */
  grantWake(fn: HoldfastFunction): void {
    if (fn.role === undefined) throw new Error(`${fn.node.path} has no role`);
    const policy = new Policy(this, `WakeBy${fn.node.id}`, { roles: [fn.role] });
    policy.addStatements(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['states:SendTaskSuccess'],
        resources: [this.stateMachineArn],
      }),
    );
  }
}

function usedBy(definition: string, functions: readonly HoldfastFunction[]): readonly HoldfastFunction[] {
  const names = new Set([...definition.matchAll(/\$\{(\w+)Arn\}/g)].map((match) => match[1]));
  return [...names].map((name) => {
    const found = functions.find((fn) => fn.node.id === name);
    if (found === undefined)
      throw new Error(`the state machine names \${${name}Arn}, which is no function of it`);
    return found;
  });
}
