import { arnOf, identify } from '../template/identities.ts';
import { listOf, record, text, texts } from '../template/values.ts';
import type { Resource } from '../types.ts';
import { compileDocument, type Statement } from './statements.ts';

/** AWS's own policies that CDK attaches, in the part that matters here. */
const AWS_MANAGED: Readonly<Record<string, unknown>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': {
    Statement: [
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: '*',
      },
    ],
  },
};

export type Policies = {
  /** Statements of identity policies by role ARN. */
  readonly byRole: ReadonlyMap<string, readonly Statement[]>;
  /** Statements of resource policies; each says itself which resources it reaches. */
  readonly onResources: readonly Statement[];
};

/** Compiles every policy of the template. Throws one error that lists all that the evaluator does not know. */
export function compilePolicies(resources: readonly Resource[]): Policies {
  const problems: string[] = [];
  const refuse = (problem: string) => void problems.push(problem);
  const byRole = new Map(
    rolesOf(resources).map((role) => [arnOf(role), roleStatements(role, resources, refuse)]),
  );
  const onResources = resources.flatMap((resource) => resourceStatements(resource, resources, refuse));
  if (problems.length > 0)
    throw new Error(`IAM cannot be evaluated locally:\n${[...new Set(problems)].join('\n')}`);
  return { byRole, onResources };
}

export function rolesOf(resources: readonly Resource[]): readonly Resource[] {
  return resources.filter(({ type }) => type === 'AWS::IAM::Role');
}

function roleStatements(
  role: Resource,
  resources: readonly Resource[],
  refuse: (problem: string) => void,
): readonly Statement[] {
  const { Ref: name } = identify(role);
  if (role.properties.PermissionsBoundary !== undefined)
    refuse(`${role.logicalId}: permissions boundaries are not known`);
  const inline = listOf(role.properties.Policies).map(
    (item) => record(item, `a policy of ${role.logicalId}`).PolicyDocument,
  );
  const attached = resources.filter(
    ({ type, properties }) =>
      (type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy') &&
      listOf(properties.Roles).includes(name),
  );
  const managed = texts(role.properties.ManagedPolicyArns, 'ManagedPolicyArns').map((policyArn) => {
    const own = resources.find(
      (other) => other.type === 'AWS::IAM::ManagedPolicy' && arnOf(other) === policyArn,
    );
    const document = own?.properties.PolicyDocument ?? AWS_MANAGED[policyArn];
    if (document === undefined) refuse(`${role.logicalId}: the managed policy ${policyArn} is not known`);
    return document ?? { Statement: [] };
  });
  return [
    ...inline.flatMap((document) => compileDocument(document, role.logicalId, refuse)),
    ...attached.flatMap(({ logicalId, properties }) =>
      compileDocument(properties.PolicyDocument, logicalId, refuse),
    ),
    ...managed.flatMap((document) => compileDocument(document, `${role.logicalId}'s managed policy`, refuse)),
  ];
}

function resourceStatements(
  resource: Resource,
  resources: readonly Resource[],
  refuse: (problem: string) => void,
): readonly Statement[] {
  const { type, logicalId, properties } = resource;
  if (type === 'AWS::Lambda::Permission') return [permission(resource, refuse)];
  if (type === 'AWS::S3::BucketPolicy') return compileDocument(properties.PolicyDocument, logicalId, refuse);
  if (type === 'AWS::SQS::QueuePolicy') {
    const arns = texts(properties.Queues, `the queues of ${logicalId}`).map((url) =>
      queueArn(url, resources),
    );
    return compileDocument(properties.PolicyDocument, logicalId, refuse).map((statement) => ({
      ...statement,
      reaches: (queue) => arns.includes(queue) && statement.reaches(queue),
    }));
  }
  if (/^AWS::(SecretsManager::ResourcePolicy|Events::EventBusPolicy|SNS::TopicPolicy)$/.test(type)) {
    refuse(`${logicalId}: policies of type ${type} are not known`);
  }
  return [];
}

function permission({ logicalId, properties }: Resource, refuse: (problem: string) => void): Statement {
  const { Action, FunctionName, Principal, SourceArn, SourceAccount, FunctionUrlAuthType, ...others } =
    properties;
  for (const element of [
    ...Object.keys(others),
    ...(FunctionUrlAuthType === undefined ? [] : ['FunctionUrlAuthType']),
  ]) {
    refuse(`${logicalId}: the permission element ${element} is not known`);
  }
  const name = text(FunctionName, `the function of ${logicalId}`);
  const service = text(Principal, `the principal of ${logicalId}`);
  const statement = {
    Effect: 'Allow',
    Action,
    Resource: name.startsWith('arn:') ? name : `arn:aws:lambda:*:*:function:${name}`,
    Principal: service.includes('.amazonaws.com') ? { Service: service } : { AWS: service },
    Condition: {
      ...(SourceArn !== undefined && { ArnLike: { 'aws:SourceArn': SourceArn } }),
      ...(SourceAccount !== undefined && { StringEquals: { 'aws:SourceAccount': SourceAccount } }),
    },
  };
  const [compiled] = compileDocument({ Statement: statement }, logicalId, refuse);
  if (compiled === undefined) throw new Error(`${logicalId} has no statement`);
  return compiled;
}

function queueArn(url: string, resources: readonly Resource[]): string {
  const queue = resources.find((other) => other.type === 'AWS::SQS::Queue' && identify(other).Ref === url);
  if (queue === undefined) throw new Error(`a queue policy names ${url}, which is no queue of the template`);
  return arnOf(queue);
}
