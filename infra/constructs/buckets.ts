import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

type BucketsProps = {
  /** GOVERNANCE or COMPLIANCE. */
  readonly lockMode: string;
  readonly lockDays: number;
};

const PRIVATE = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  versioned: true,
  removalPolicy: RemovalPolicy.RETAIN,
} as const;

/** The objects Holdfast keeps: large inputs by hash, the ledger's files under Object Lock, stream records nobody could take. */
export class Buckets extends Construct {
  readonly evidence: Bucket;
  readonly ledger: Bucket;
  readonly failures: Bucket;

  constructor(scope: Construct, id: string, props: BucketsProps) {
    super(scope, id);
    const logs = new Bucket(this, 'AccessLogs', {
      ...PRIVATE,
      lifecycleRules: [{ expiration: Duration.days(90), noncurrentVersionExpiration: Duration.days(1) }],
    });
    Validations.of(logs).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'It receives the access logs of the other buckets; logging its own would feed itself.',
    });
    const logged = (name: string) => ({
      ...PRIVATE,
      // CDK's own types disagree under exactOptionalPropertyTypes
      serverAccessLogsBucket: logs as IBucket,
      serverAccessLogsPrefix: `${name}/`,
    });
    this.evidence = new Bucket(this, 'Evidence', logged('evidence'));
    this.ledger = new Bucket(this, 'Ledger', { ...logged('ledger'), objectLockEnabled: true });
    this.failures = new Bucket(this, 'Failures', {
      ...logged('failures'),
      lifecycleRules: [{ expiration: Duration.days(90), noncurrentVersionExpiration: Duration.days(1) }],
    });
    lock(this.ledger, props);
  }
}

/** Mode and days are parameters of the stack, which only the raw property takes. */
function lock(bucket: Bucket, props: BucketsProps): void {
  const raw = bucket.node.defaultChild as CfnBucket;
  raw.objectLockConfiguration = {
    objectLockEnabled: 'Enabled',
    rule: { defaultRetention: { mode: props.lockMode, days: props.lockDays } },
  };
}
