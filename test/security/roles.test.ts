import { describe, expect, test } from 'vitest';
import { ofType, plain, roleStatements, type Statement, synthesise } from '../infra/synthesised.ts';

const resources = synthesise();
const statements = roleStatements(resources);
const STACK = /^Holdfast(?:ControlPlane|Deployments|Ledger)\//;

/** Who may write what, by name: a new function is not in here, and has to be argued for. */
const DECIDE = [
  // people, over the API, a pull request or a chat
  ...['People/AnswerApproval', 'People/ObeyComment', 'People/PutPeople'],
  ...['Policies/BreakGlass', 'Policies/PutPolicies'],
  ...['Rollbacks/RequestRollback', 'Rollbacks/ResetRollback', 'Rollbacks/ReviewRollback'],
  ...['Services/PutAutonomy', 'Services/PutKillSwitch', 'Services/PutService'],
  // the tasks of the workflow
  ...['AwaitRollback', 'CheckInvariants', 'ExpireRollback', 'HandOverRollback', 'JudgeRecovery'].map(task),
  ...['MergeRollbackPullRequest', 'OpenRollbackPullRequest', 'RecordCi', 'RecordReview'].map(task),
  task('ResolveCandidate'),
  // the tasks of the two workflows of a deployment; TellDeployment only passes on
  ...['AssessDeployment', 'AwaitDeployment', 'DecideDeployment', 'ExpireDeployment', 'GatherFacts'].map(
    deploys,
  ),
  ...['HandOverDeployment', 'RecordRollout', 'StartRollout'].map(deploys),
  ...['AwaitRollout', 'ExpireRollout', 'HandOverRollout', 'RecordAnswer', 'ShiftTraffic'].map(rolls),
  // people over the API, and the judge
  ...['RequestDeployment', 'ControlDeployment'].map(deploys),
  ...['ControlRollout', 'JudgeRollouts'].map(rolls),
  // what watches over attempts: the sweeps, and a routed signal
  'Rollbacks/CloseStalePullRequests',
  ...['Rollbacks/WatchHealth', 'Signals/RouteSignals'],
];
const REMOVE = ['Keeping/EraseSubject', 'Keeping/ExpirePayloads'];
const SEAL = [...REMOVE, 'Keeping/ReconcileLedger', 'Keeping/RotateLedgerKey', 'Ledger/SealDecisions'];
/** Tell people, and decide nothing. */
const TELL = ['People/EscalateRollback', 'News/TellPeople'];
const PUBLISH = ['Ledger/PublishEvents'];

function task(name: string): string {
  return `Rollbacks/${name}`;
}

function deploys(name: string): string {
  return `Deployments/${name}`;
}

function rolls(name: string): string {
  return `Rollouts/${name}`;
}

/** The functions whose role may do something of the kind to a resource of the name. */
function holders(part: string, action: RegExp): readonly string[] {
  const found = statements.filter(
    ({ actions, resources: on }) =>
      actions.some((each) => action.test(each)) && on.some((name) => name.includes(part)),
  );
  return [...new Set(found.map(({ of }) => of.replace(STACK, '').replace(/Role$/, '')))].sort();
}

const WRITE = /^dynamodb:(?:PutItem|UpdateItem|DeleteItem|BatchWriteItem|PartiQL\w+)$/;

describe('only the named functions', () => {
  test('write decisions and heads', () => {
    expect(holders('Decisions', WRITE)).toEqual([...DECIDE].sort());
    expect(holders('Heads', WRITE)).toEqual([...DECIDE].sort());
  });

  test('write payloads: who decides, and who seals what is special', () => {
    expect(holders('Payloads', WRITE)).toEqual([...DECIDE, ...SEAL].sort());
  });

  test('remove payloads, of subjects that end alone', () => {
    expect(holders('Payloads', /^dynamodb:DeleteItem$/)).toEqual(REMOVE);
    const removing = statements.filter(
      ({ actions, resources: on }) =>
        actions.includes('dynamodb:DeleteItem') && on.some((name) => name.includes('Payloads')),
    );
    for (const { condition } of removing)
      expect(condition).toEqual({
        'ForAllValues:StringLike': {
          'dynamodb:LeadingKeys': ['DEPLOYMENT#*', 'ROLLOUT#*', 'ROLLBACK#*', 'APPROVAL#*'],
        },
      });
  });

  test('write the ledger: who seals, and who puts the newest checkpoint', () => {
    expect(holders('Ledger', WRITE)).toEqual(['Checkpoints/PublishCheckpoint', ...SEAL]);
  });

  test('put events on the bus', () => {
    expect(holders('', /^events:PutEvents$/)).toEqual(PUBLISH);
  });

  test('start the workflow, or wake it', () => {
    expect(holders('', /^states:StartExecution$/)).toEqual([
      ...['ControlDeployment', 'RequestDeployment', 'StartRollout'].map(deploys),
      'Rollbacks/RequestRollback',
      'Rollbacks/WatchHealth',
      'Signals/RouteSignals',
    ]);
    const wake = holders('', /^states:SendTask/);
    expect(wake.filter((name) => !DECIDE.includes(name))).toEqual([rolls('TellDeployment')]);
  });

  test('wake the deployment that waits for a rollout: who tells it wakes that workflow alone', () => {
    const told = statements.filter(({ of }) => of.endsWith('/TellDeploymentRole'));
    const woken = told.filter(({ actions }) => actions.includes('states:SendTaskSuccess'));
    expect(woken.flatMap(({ resources: on }) => on)).toEqual([expect.stringMatching(/GovernDeployment/)]);
    expect(holders('', /^states:SendTask(?:Failure|Heartbeat)$/)).toEqual([]);
  });

  test('move traffic: one task, and never the judge', () => {
    expect(holders('', /^lambda:UpdateAlias$/)).toEqual([rolls('ShiftTraffic')]);
    expect(holders('', /^lambda:(?:Update|Put|Publish|Create|Delete|Add|Remove)/)).toEqual([
      rolls('ShiftTraffic'),
    ]);
    const judge = statements.filter(({ of }) => of.endsWith('/JudgeRolloutsRole'));
    expect(judge.flatMap(({ actions }) => actions).filter((action) => action.startsWith('lambda:'))).toEqual([
      'lambda:GetAlias',
    ]);
    expect(holders('', /^cloudwatch:GetMetricData$/)).toEqual([
      ...['AssessDeployment', 'DecideDeployment', 'StartRollout'].map(deploys),
      rolls('JudgeRollouts'),
      'ServiceCheck/CheckService',
    ]);
  });

  test('read our tokens at outside systems; and the secrets of the senders only who takes deliveries in, or is scraped', () => {
    const read = /^secretsmanager:/;
    const outside = ['ServiceCheck/CheckService', 'MissedDeliveries/RedeliverMissed', ...TELL];
    const allowed = [...DECIDE, ...outside].filter((name) => !name.startsWith('Services/Put'));
    expect(holders('IntegrationSecrets', read).filter((name) => !allowed.includes(name))).toEqual([]);
    expect(holders('WebhookSecrets', read)).toEqual(['Metrics/ExposeMetrics', 'Signals/ReceiveWebhook']);
  });
});

test('who tells people writes only what was told, and wakes or starts nothing', () => {
  const held = statements.filter(({ of }) => /\/(?:EscalateRollback|TellPeople)Role$/.test(of));
  const writing = held.filter(({ actions }) => actions.some((action) => WRITE.test(action)));
  expect(writing.length).toBe(TELL.length);
  for (const { actions, condition } of writing) {
    expect(actions).toEqual(['dynamodb:GetItem', 'dynamodb:PutItem']);
    expect(condition).toEqual({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['TOLD#*'] } });
  }
  expect(
    held.flatMap(({ actions }) => actions).filter((action) => /^(?:states|lambda):/.test(action)),
  ).toEqual([]);
});

describe('what takes signals in', () => {
  const HARMLESS = [
    ...['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    ...['dynamodb:PutItem', 'secretsmanager:GetSecretValue'],
    ...['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
  ];
  const roles = [...new Set(statements.map(({ of }) => of))].filter((of) => /\/Receive\w+Role$/.test(of));

  test('is every function that receives, however many there are', () => {
    const receiving = ofType(resources, 'AWS::Lambda::Function').filter(({ path }) =>
      /\/Receive\w+\/Resource$/.test(path),
    );
    expect(roles.length).toBe(receiving.length);
    expect(roles.length).toBeGreaterThan(1);
  });

  test.each(roles)('%s may write signals and dead letters, and do nothing else', (role) => {
    const held = statements.filter(({ of }) => of === role);
    expect(held.flatMap(({ actions }) => actions).filter((each) => !HARMLESS.includes(each))).toEqual([]);
    const tables = held.filter(({ actions }) => actions.includes('dynamodb:PutItem'));
    expect(tables.flatMap((each) => each.resources).filter((name) => !name.includes('Signals'))).toEqual([]);
  });
});

test('who reads over the API writes nothing but its log', () => {
  const readers = [...new Set(statements.map(({ of }) => of))].filter((of) =>
    /\/(?:Get|List|Read|Prove|Explain|Describe|Report|Authorize)\w+Role$/.test(of),
  );
  expect(readers.length).toBeGreaterThan(10);
  const reads =
    /^(?:dynamodb:(?:GetItem|BatchGetItem|Query)|s3:(?:GetObjectVersion|ListBucketVersions)$|kms:GetPublicKey$|logs:|xray:)/;
  const others = statements.filter(
    ({ of, actions }) => readers.includes(of) && actions.some((action) => !reads.test(action)),
  );
  expect(others).toEqual([]);
});

describe('nothing is open to everybody:', () => {
  test('roles are assumed by the service that runs them, and hold only what stands in this template', () => {
    for (const { path, Properties } of ofType(resources, 'AWS::IAM::Role')) {
      const trust = JSON.stringify(plain(Properties.AssumeRolePolicyDocument));
      expect(trust, path).toMatch(/"Principal":\{"Service":"(?:lambda|states)\.amazonaws\.com"\}/);
      expect(trust.match(/"Effect":"Allow"/g), path).toHaveLength(1);
      expect(Properties.Policies ?? [], path).toEqual([]);
      expect(Properties.ManagedPolicyArns ?? [], path).toEqual([]);
    }
    expect(ofType(resources, 'AWS::IAM::ManagedPolicy')).toEqual([]);
    expect(ofType(resources, 'AWS::IAM::User')).toEqual([]);
  });

  test('a policy on a bucket, queue or topic allows nobody who is not named', () => {
    const policies = resources.filter(({ Type }) => /^AWS::(?:S3|SQS|SNS)::\w+Policy$/.test(Type));
    expect(policies.length).toBeGreaterThan(3);
    for (const { path, Properties } of policies) {
      const { Statement: all } = plain(Properties.PolicyDocument) as { Statement: Record<string, unknown>[] };
      const open = all.filter(
        ({ Effect, Principal }) => Effect === 'Allow' && /"\*"/.test(JSON.stringify(Principal ?? '*')),
      );
      expect(open, path).toEqual([]);
    }
  });

  test('a bucket or queue is reached over TLS alone, and a bucket is never public', () => {
    for (const bucket of ofType(resources, 'AWS::S3::Bucket')) {
      expect(bucket.Properties.PublicAccessBlockConfiguration, bucket.path).toEqual({
        ...{ BlockPublicAcls: true, BlockPublicPolicy: true },
        ...{ IgnorePublicAcls: true, RestrictPublicBuckets: true },
      });
    }
    const text = JSON.stringify(resources.filter(({ Type }) => /::(?:Bucket|Queue)Policy$/.test(Type)));
    const secured = text.match(/"aws:SecureTransport":"false"/g) ?? [];
    const kept = [...ofType(resources, 'AWS::S3::Bucket'), ...ofType(resources, 'AWS::SQS::Queue')];
    expect(secured.length).toBe(kept.length);
  });

  test('a service may invoke a function only from a named source of this account', () => {
    const permissions = ofType(resources, 'AWS::Lambda::Permission');
    expect(permissions.length).toBeGreaterThan(20);
    for (const { path, Properties } of permissions) {
      expect(Properties.Principal, path).toMatch(/^\w+\.amazonaws\.com$/);
      expect(JSON.stringify(plain(Properties.SourceArn)), path).toMatch(/AWS::AccountId|\.Arn\}/);
    }
  });

  test('every statement of a role allows: a denial would hide what is allowed elsewhere', () => {
    const denied: readonly Statement[] = statements.filter(({ effect }) => effect !== 'Allow');
    expect(denied).toEqual([]);
  });
});
