import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { HoldfastFunction } from './function.ts';

/** Secrets that people set after the deployment. Born as `{}`: until then every check against them fails. */
export class SecretList extends CfnSecret {
  private readonly variable: string;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly variable: string; readonly description: string },
  ) {
    super(scope, id, { description: props.description, secretString: '{}' });
    this.variable = props.variable;
    this.applyRemovalPolicy(RemovalPolicy.RETAIN);
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The values belong to outside systems (webhook senders, forge tokens) that no rotation function of ours can reach; each is a list so that people can rotate without a gap.',
    });
  }

  grantRead(fn: HoldfastFunction): void {
    fn.addEnvironment(this.variable, this.ref);
    fn.allow(['secretsmanager:GetSecretValue'], [this.ref]);
  }
}
