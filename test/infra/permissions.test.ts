import { App, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { roleStatements, type Statement, synthesise } from './synthesised.ts';

const statements = roleStatements(synthesise());
const writes = /^dynamodb:(PutItem|UpdateItem|DeleteItem|BatchWriteItem|PartiQL\w+)$/;

const TRACING = 'tracing: AWS X-Ray has no resources';
const DELIVERY = "the workflow's log: CloudWatch's log deliveries have no resources";
/** Actions that AWS knows without a resource, with the reason. Each is acknowledged where it is granted. */
const WITHOUT_RESOURCE: Readonly<Record<string, string>> = {
  'cloudwatch:GetMetricData': 'reading counts: CloudWatch knows no resources and no condition on namespaces',
  'dynamodb:ListStreams': 'reading a stream: the list has no resource',
  'logs:CreateLogDelivery': DELIVERY,
  'logs:DeleteLogDelivery': DELIVERY,
  'logs:DescribeLogGroups': DELIVERY,
  'logs:DescribeResourcePolicies': DELIVERY,
  'logs:GetLogDelivery': DELIVERY,
  'logs:ListLogDeliveries': DELIVERY,
  'logs:PutResourcePolicy': DELIVERY,
  'logs:UpdateLogDelivery': DELIVERY,
  'xray:GetSamplingRules': TRACING,
  'xray:GetSamplingTargets': TRACING,
  'xray:PutTelemetryRecords': TRACING,
  'xray:PutTraceSegments': TRACING,
};

function on(part: string): readonly Statement[] {
  return statements.filter((each) => each.resources.some((resource) => resource.includes(part)));
}

function holdersOf(action: string): readonly string[] {
  const holding = statements.filter((each) => each.actions.includes(action));
  return [...new Set(holding.map((each) => each.of))].sort();
}

/** Who may start the state machine of this name. */
function startersOf(machine: string): readonly string[] {
  return on(machine)
    .filter((each) => each.actions.includes('states:StartExecution'))
    .map((each) => each.of)
    .sort();
}

describe('wildcards', () => {
  test('no role may take a whole family of actions', () => {
    expect(statements.filter((each) => each.actions.some((action) => action.includes('*')))).toEqual([]);
  });

  test('a resource is * only for actions that have none', () => {
    const wide = statements.filter((each) => each.resources.includes('*'));
    const actions = [...new Set(wide.flatMap((each) => each.actions))].sort();
    expect(actions).toEqual(Object.keys(WITHOUT_RESOURCE).sort());
  });

  test('the only other wildcards name the objects that Lambda itself names, and the folders of the ledger', () => {
    const partly = statements.filter((each) => each.resources.some((name) => /.\*/.test(name)));
    for (const { actions, resources } of partly) {
      const ledger = resources.every((name) =>
        /BucketsLedger\w+Arn\w+}\/(?:tile|checkpoint|key)\/\*$/.test(name),
      );
      if (!ledger) expect(resources.join()).toMatch(/Failures\w+Arn\w+}\/aws\/lambda\/\*$/);
      expect(ledger ? ['s3:GetObjectVersion', 's3:PutObject'] : ['s3:PutObject']).toEqual(
        expect.arrayContaining([...actions]),
      );
    }
  });

  test('a wildcard that nobody acknowledged fails the synthesis', () => {
    const app = new App();
    const role = new Role(new Stack(app, 'Wide'), 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).toThrow(/AwsSolutions-IAM5/);
  });
});

describe('the system of record', () => {
  test('a decision is written only inside a transaction, and never updated or deleted', () => {
    const found = on('TableDecisions')
      .concat(on('Decisions'))
      .filter((each) => each.actions.some((a) => writes.test(a)));
    expect(found.length).toBeGreaterThan(0);
    for (const each of found) {
      expect(each.actions).toEqual(['dynamodb:PutItem']);
      expect(each.condition).toEqual({
        'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] },
      });
    }
  });

  test('heads are updated or deleted only under the keys of locks and counters', () => {
    const found = on('Heads').filter((each) => each.actions.some((a) => /UpdateItem|DeleteItem/.test(a)));
    expect(found.length).toBeGreaterThan(0);
    for (const each of found) {
      expect(each.condition).toMatchObject({
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['SLOT#*', 'QUOTA#*'] },
      });
    }
  });

  test('payloads are deleted by who erases and who expires, and those of the ledger itself by nobody', () => {
    const found = on('Payloads').filter((each) => each.actions.includes('dynamodb:DeleteItem'));
    expect(found.map((each) => each.of).sort()).toEqual([
      'HoldfastLedger/Keeping/EraseSubjectRole',
      'HoldfastLedger/Keeping/ExpirePayloadsRole',
    ]);
    for (const { actions, condition } of found) {
      expect(actions).toEqual(['dynamodb:BatchGetItem', 'dynamodb:DeleteItem']);
      expect(JSON.stringify(condition)).not.toContain('LEDGER');
      expect(condition).toMatchObject({
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': expect.any(Array) },
      });
    }
  });
});

describe('the ways out', () => {
  test('only publish-events puts events on the bus', () => {
    expect(holdersOf('events:PutEvents')).toEqual(['HoldfastControlPlane/Ledger/PublishEventsRole']);
  });

  test('what takes signals in may act on nothing', () => {
    for (const role of ['ReceiveWebhookRole', 'ReceiveAwsEventRole']) {
      const held = statements.filter((each) => each.of === `HoldfastControlPlane/Signals/${role}`);
      const actions = new Set(held.flatMap((each) => each.actions));
      for (const harmless of [
        'dynamodb:PutItem',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        'secretsmanager:GetSecretValue',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:SendMessage',
        'xray:PutTelemetryRecords',
        'xray:PutTraceSegments',
      ]) {
        actions.delete(harmless);
      }
      expect([...actions]).toEqual([]);
      const written = held.filter((each) => each.actions.includes('dynamodb:PutItem'));
      expect(written.flatMap((each) => each.resources).every((name) => name.includes('Signals'))).toBe(true);
    }
  });

  test.each([
    ['RollBackService', 10],
    ['GovernDeployment', 8],
    ['RollOutCanary', 6],
  ])('the workflow %s may invoke its own %i tasks and nothing else', (name, tasks) => {
    const machine = statements.filter((each) => each.of.endsWith(`/${name}Role`));
    const invoked = machine.filter((each) => each.actions.includes('lambda:InvokeFunction'));
    expect(invoked.flatMap((each) => each.resources)).toHaveLength(tasks);
    expect(invoked.flatMap((each) => each.resources).join()).not.toContain('*');
  });

  test('only what opens a subject starts its workflow', () => {
    expect(startersOf('RollBackService')).toEqual([
      'HoldfastControlPlane/Rollbacks/RequestRollbackRole',
      'HoldfastControlPlane/Rollbacks/WatchHealthRole',
      'HoldfastControlPlane/Signals/RouteSignalsRole',
    ]);
    expect(startersOf('GovernDeployment')).toEqual([
      'HoldfastDeployments/Deployments/ControlDeploymentRole',
      'HoldfastDeployments/Deployments/RequestDeploymentRole',
    ]);
    expect(startersOf('RollOutCanary')).toEqual(['HoldfastDeployments/Deployments/StartRolloutRole']);
  });
});

describe('traffic', () => {
  test('one function moves traffic, and it is not the one that judges', () => {
    expect(holdersOf('lambda:UpdateAlias')).toEqual(['HoldfastDeployments/Rollouts/ShiftTrafficRole']);
    const judge = 'HoldfastDeployments/Rollouts/JudgeRolloutsRole';
    expect(holdersOf('cloudwatch:GetMetricData')).toContain(judge);
    const onFunctions = statements
      .filter((each) => each.of === judge)
      .flatMap(({ actions }) => actions.filter((action) => action.startsWith('lambda:')));
    expect(onFunctions).toEqual(['lambda:GetAlias']);
  });
});
