import { CfnCondition, CfnResource, Fn } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IConstruct } from 'constructs';

type AlarmMailProps = { readonly address: string };

/** A topic that mails alarms, made only where an address was given. */
export class AlarmMail extends Construct {
  private readonly topic: Topic;
  private readonly given: CfnCondition;

  constructor(scope: Construct, id: string, props: AlarmMailProps) {
    super(scope, id);
    this.given = new CfnCondition(this, 'Given', {
      expression: Fn.conditionNot(Fn.conditionEquals(props.address, '')),
    });
    // Not encrypted by KMS: CloudWatch cannot publish under the key AWS manages, and an alarm's text is no secret.
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
      }),
    );
    new Subscription(this, 'Subscriber', {
      topic: this.topic,
      protocol: SubscriptionProtocol.EMAIL,
      endpoint: props.address,
    });
    for (const made of this.node.findAll()) {
      if (made instanceof CfnResource) made.cfnOptions.condition = this.given;
    }
  }

  /** Sends every alarm below a construct to the address. */
  tell(scope: IConstruct): void {
    const actions = Fn.conditionIf(this.given.logicalId, [this.topic.topicArn], Fn.ref('AWS::NoValue'));
    for (const alarm of scope.node.findAll()) {
      if (alarm instanceof CfnAlarm) alarm.addPropertyOverride('AlarmActions', actions);
    }
  }
}
