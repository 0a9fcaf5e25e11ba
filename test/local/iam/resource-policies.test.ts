import { describe, expect, test } from 'vitest';
import { createIam } from '../../../local/cloud/iam/iam.ts';
import { R, resource, role, service } from './roles.ts';

const queue = resource('AWS::SQS::Queue', 'Q');
const url = 'https://sqs.us-east-1.amazonaws.com/000000000000/App-Q';
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:App-Q';
const rule = 'arn:aws:events:us-east-1:000000000000:rule/r';
const iam = createIam([
  role({ Effect: 'Allow', Action: 's3:*', Resource: '*' }),
  queue,
  resource('AWS::SQS::QueuePolicy', 'QP', {
    Queues: [url],
    PolicyDocument: {
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': rule } },
      },
    },
  }),
  resource('AWS::S3::BucketPolicy', 'BP', {
    Bucket: 'b',
    PolicyDocument: {
      Statement: {
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 's3:*',
        Resource: 'arn:aws:s3:::b/*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    },
  }),
  resource('AWS::Lambda::Permission', 'LP', {
    Action: 'lambda:InvokeFunction',
    FunctionName: 'App-F',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: 'arn:aws:execute-api:*/*/*/v1',
  }),
]);

describe('a policy on a resource', () => {
  const send = (context: Readonly<Record<string, string>>) => ({
    action: 'sqs:SendMessage',
    resource: queueArn,
    context,
  });
  test('lets the service in that it names, from the source it names', () => {
    expect(iam.authorize(service('events'), send({ 'aws:SourceArn': rule })).allowed).toBe(true);
    expect(iam.authorize(service('events'), send({ 'aws:SourceArn': `${rule}2` })).allowed).toBe(false);
    expect(iam.authorize(service('sns'), send({ 'aws:SourceArn': rule })).allowed).toBe(false);
    expect(iam.authorize(service('events'), send({})).allowed).toBe(false);
  });
  test('is no grant to a role that it does not name', () => {
    expect(iam.authorize(R, send({ 'aws:SourceArn': rule })).allowed).toBe(false);
  });
  test('denies a role what its own policy allows', () => {
    const get = (secure: string) => ({
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::b/k',
      context: { 'aws:SecureTransport': secure },
    });
    expect(iam.authorize(R, get('true')).allowed).toBe(true);
    expect(iam.authorize(R, get('false')).allowed).toBe(false);
  });
  test('a permission lets a service invoke the function from its source alone', () => {
    const invoke = (source: string) => ({
      action: 'lambda:InvokeFunction',
      resource: 'arn:aws:lambda:us-east-1:000000000000:function:App-F',
      context: { 'aws:SourceArn': source },
    });
    expect(iam.authorize(service('apigateway'), invoke('arn:aws:execute-api:a/b/c/v1')).allowed).toBe(true);
    expect(iam.authorize(service('apigateway'), invoke('arn:aws:execute-api:a/b/c/v2')).allowed).toBe(false);
  });
});
