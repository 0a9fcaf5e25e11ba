import { vi } from 'vitest';
import { clientOf, type Fixture, startFixture } from '../../local/aws/fixture.ts';

const table = (TableName: string, own: object = {}) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    ...{ TableName, BillingMode: 'PAY_PER_REQUEST', KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] },
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    ...own,
  },
});
const RESOURCES = {
  Payloads: table('Payloads'),
  Ledger: table('Ledger', {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'chainPage', AttributeType: 'S' },
      { AttributeName: 'seq', AttributeType: 'N' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'bySeq',
        KeySchema: [
          { AttributeName: 'chainPage', KeyType: 'HASH' },
          { AttributeName: 'seq', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  }),
  Queue: { Type: 'AWS::SQS::Queue' },
  Files: {
    Type: 'AWS::S3::Bucket',
    Properties: { BucketName: 'files', VersioningConfiguration: { Status: 'Enabled' } },
  },
  Key: signingKey(),
  Key2: signingKey(),
};

function signingKey() {
  return {
    Type: 'AWS::KMS::Key',
    Properties: {
      ...{ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY', KeyPolicy: { Statement: [] } },
    },
  };
}

/** What the function finds in its environment. */
function setEnvironment({ cloud }: Fixture): void {
  const { endpoint, region } = clientOf(cloud);
  for (const [name, value] of Object.entries({
    ...{ AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, POWERTOOLS_LOG_LEVEL: 'SILENT' },
    ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', POWERTOOLS_DEV: 'false' },
    ...{ LEDGER_ID: 'handled', LEDGER_TABLE: 'Ledger', PAYLOADS_TABLE: 'Payloads', LEDGER_BUCKET: 'files' },
    LEDGER_KEYS: ['Test-Key', 'Test-Key2']
      .map((key) => `arn:aws:kms:us-east-1:000000000000:key/${key}`)
      .join(','),
    CHECKPOINT_QUEUE: 'https://sqs.us-east-1.amazonaws.com/000000000000/Test-Queue',
  }))
    vi.stubEnv(name, value);
}

/** The ledger's own resources on the local cloud, named to the functions of this process. */
export async function startLedgerFixture(): Promise<Fixture> {
  const fixture = await startFixture(RESOURCES);
  setEnvironment(fixture);
  return fixture;
}
