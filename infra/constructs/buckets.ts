import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { HoldfastFunction } from './function.ts';

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
    onceOnly(this.ledger);
  }

  /** Read the ledger's files, the oldest version of each. */
  grantReadLedger(fn: HoldfastFunction, folders: readonly string[] = LEDGER_FOLDERS): void {
    fn.addEnvironment('LEDGER_BUCKET', this.ledger.bucketName);
    fn.allow(['s3:ListBucketVersions'], [this.ledger.bucketArn]);
    fn.allow(['s3:GetObjectVersion'], ledgerFiles(this.ledger, folders));
    for (const folder of folders) {
      Validations.of(fn.role ?? fn).acknowledge({
        id: `AwsSolutions-IAM5[Resource::HoldfastData:ExportsOutputFnGetAttBucketsLedgerFDEB804AArnCA7874F2/${folder}/*]`,
        reason: 'The names of the files are made of how large the ledger is: only their folders are known.',
      });
    }
  }

  /** Write what is not there yet, and read what is. */
  grantPublishLedger(fn: HoldfastFunction): void {
    this.grantReadLedger(fn);
    fn.allow(['s3:PutObject'], ledgerFiles(this.ledger, PUBLISHED_FOLDERS));
  }

  /** Read the statements that name later keys. */
  grantReadKeyStatements(fn: HoldfastFunction): void {
    this.grantReadLedger(fn, [KEY_FOLDER]);
  }

  /** Read them, and write what is not there yet. */
  grantPublishKeyStatements(fn: HoldfastFunction): void {
    this.grantReadKeyStatements(fn);
    fn.allow(['s3:PutObject'], ledgerFiles(this.ledger, [KEY_FOLDER]));
  }
}

/** Where the files of the ledger are: tiles and bundles, checkpoints, statements of keys. */
const KEY_FOLDER = 'key';
const PUBLISHED_FOLDERS = ['tile', 'checkpoint'];
const LEDGER_FOLDERS = [...PUBLISHED_FOLDERS, KEY_FOLDER];

function ledgerFiles(bucket: Bucket, folders: readonly string[] = LEDGER_FOLDERS): readonly string[] {
  return folders.map((folder) => bucket.arnForObjects(`${folder}/*`));
}

/**
 * Refuses every write without `If-None-Match`, whoever makes it: S3 documents the key `s3:if-none-match` for this
 * (Enforce conditional writes). Its example lets the parts of multipart uploads through by `s3:ObjectCreationOperation`;
 * none is needed here, and without that exception they are refused, since a part cannot carry the header. The lock keeps
 * versions; this keeps second ones from being written.
 */
function onceOnly(bucket: Bucket): void {
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: 'OnlyWhatIsNotThere',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:PutObject'],
      resources: [...ledgerFiles(bucket)],
      conditions: { Null: { 's3:if-none-match': 'true' } },
    }),
  );
}

/** Mode and days are parameters of the stack, which only the raw property takes. */
function lock(bucket: Bucket, props: BucketsProps): void {
  const raw = bucket.node.defaultChild as CfnBucket;
  raw.objectLockConfiguration = {
    objectLockEnabled: 'Enabled',
    rule: { defaultRetention: { mode: props.lockMode, days: props.lockDays } },
  };
}
