import { CALL_AWS } from '../aws/fixture.ts';

export const RESOURCES = {
  Done: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'done', VisibilityTimeout: 0 } },
};
export const FUNCTIONS = {
  Work: {
    source: `${CALL_AWS}
      export const handler = ({ n }) => call('sqs', 'AmazonSQS.SendMessage', { QueueUrl: 'done', MessageBody: String(n) });`,
    statements: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': ['Done', 'Arn'] } }],
  },
};
