import { arnOf, identify } from '../template/identities.ts';
import { listOf, record, text, texts } from '../template/values.ts';
import type { Resource } from '../types.ts';
import { compileDocument, type Statement } from './statements.ts';

export type Policies = {
  /** Statements of identity policies by role ARN. */
  readonly byRole: ReadonlyMap<string, readonly Statement[]>;
  /** Statements of resource policies; each says itself which resources it reaches. */
  readonly onResources: readonly Statement[];
};

type Refuse = (problem: string) => void;

/** Compiles every policy of the template. Throws one error that lists all that the evaluator does not know. */
export function compilePolicies(resources: readonly Resource[]): Policies {
  const problems = new Set<string>();
  const refuse = (problem: string) => void problems.add(problem);
  const byRole = new Map(
    rolesOf(resources).map((role) => [arnOf(role), roleStatements(role, resources, refuse)]),
  );
  const onResources = resources.flatMap((resource) => resourceStatements(resource, resources, refuse));
  if (problems.size > 0) throw new Error(`IAM cannot be evaluated locally:\n${[...problems].join('\n')}`);
  return { byRole, onResources };
}

export function rolesOf(resources: readonly Resource[]): readonly Resource[] {
  return resources.filter(({ type }) => type === 'AWS::IAM::Role');
}

function roleStatements(
  role: Resource,
  resources: readonly Resource[],
  refuse: Refuse,
): readonly Statement[] {
  const { Ref: name } = identify(role);
  const { logicalId, properties } = role;
  for (const element of ['PermissionsBoundary', 'ManagedPolicyArns'])
    if (listOf(properties[element]).length > 0) refuse(`${logicalId}: ${element} is not known`);
  const inline = listOf(properties.Policies).map((item) => record(item, `a policy of ${logicalId}`));
  const attached = resources.filter(
    (other) => other.type === 'AWS::IAM::Policy' && listOf(other.properties.Roles).includes(name),
  );
  return [
    ...inline.flatMap((policy) => compileDocument(policy.PolicyDocument, logicalId, refuse)),
    ...attached.flatMap((policy) =>
      compileDocument(policy.properties.PolicyDocument, policy.logicalId, refuse),
    ),
  ];
}

const UNKNOWN_POLICIES =
  /^AWS::(SecretsManager::ResourcePolicy|Events::EventBusPolicy|SNS::TopicPolicy|IAM::ManagedPolicy)$/;

function resourceStatements(
  resource: Resource,
  resources: readonly Resource[],
  refuse: Refuse,
): readonly Statement[] {
  const { type, logicalId, properties } = resource;
  if (type === 'AWS::Lambda::Permission') return permission(resource, refuse);
  if (type === 'AWS::S3::BucketPolicy') return compileDocument(properties.PolicyDocument, logicalId, refuse);
  if (type === 'AWS::KMS::Key') {
    // A key's policy says `*` and means the key alone.
    const key = arnOf(resource);
    return compileDocument(properties.KeyPolicy, logicalId, refuse).map((statement) => ({
      ...statement,
      reaches: (other) => other === key && statement.reaches(other),
    }));
  }
  if (type === 'AWS::SQS::QueuePolicy') {
    const urls = texts(properties.Queues, `the queues of ${logicalId}`);
    const arns = urls.map((url) => queueArn(url, resources));
    return compileDocument(properties.PolicyDocument, logicalId, refuse).map((statement) => ({
      ...statement,
      reaches: (queue) => arns.includes(queue) && statement.reaches(queue),
    }));
  }
  if (UNKNOWN_POLICIES.test(type)) refuse(`${logicalId}: policies of type ${type} are not known`);
  return [];
}

function permission({ logicalId, properties }: Resource, refuse: Refuse): readonly Statement[] {
  const { Action, FunctionName, Principal, SourceArn, ...others } = properties;
  for (const element of Object.keys(others))
    refuse(`${logicalId}: the permission element ${element} is not known`);
  const name = text(FunctionName, `the function of ${logicalId}`);
  const statement = {
    Effect: 'Allow',
    Action,
    Resource: name.startsWith('arn:') ? name : `arn:aws:lambda:*:*:function:${name}`,
    Principal: { Service: text(Principal, `the principal of ${logicalId}`) },
    ...(SourceArn !== undefined && { Condition: { ArnLike: { 'aws:SourceArn': SourceArn } } }),
  };
  return compileDocument({ Statement: statement }, logicalId, refuse);
}

function queueArn(url: string, resources: readonly Resource[]): string {
  const queue = resources.find((other) => other.type === 'AWS::SQS::Queue' && identify(other).Ref === url);
  if (queue === undefined) throw new Error(`a queue policy names ${url}, which is no queue of the template`);
  return arnOf(queue);
}
