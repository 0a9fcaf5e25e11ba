import { Duration, Validations } from 'aws-cdk-lib';
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { HoldfastFunction } from './function.ts';
import type { HoldfastTable } from './tables.ts';

type StreamReaderProps = {
  readonly table: HoldfastTable;
  readonly reader: HoldfastFunction;
  /** Which changes it takes; the others never reach it. */
  readonly changes: readonly ('INSERT' | 'MODIFY' | 'REMOVE')[];
  readonly batchSize: number;
  /** Seconds to wait for a fuller batch. */
  readonly window?: number;
  /** Where records go that failed through all retries, with their shard and sequence numbers. */
  readonly failures: Bucket;
};

// With bisection a poison record is alone after 9 halvings of a batch of 500; ten tries leave it one of its own.
const RETRIES = 10;

/** A function that reads a table's stream in order, one batch at a time per shard, and never blocks on a poison record for ever. */
export class StreamReader extends EventSourceMapping {
  constructor(scope: Construct, id: string, props: StreamReaderProps) {
    const { table, reader, failures } = props;
    const streamArn = table.tableStreamArn;
    if (streamArn === undefined) throw new Error(`the table ${table.node.path} has no stream`);
    super(scope, id, {
      target: reader,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: props.batchSize,
      ...(props.window !== undefined && { maxBatchingWindow: Duration.seconds(props.window) }),
      parallelizationFactor: 1,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: RETRIES,
      filters: [{ pattern: JSON.stringify({ eventName: props.changes }) }],
      // bound by hand: CDK's own destination grants the reader the whole bucket
      onFailure: { bind: () => ({ destination: failures.bucketArn }) },
      supportS3OnFailureDestination: true,
    });
    grantStream(reader, streamArn);
    grantFailures(reader, failures);
    // the mapping is refused while its role cannot read the stream
    this.node.addDependency(reader.role ?? reader);
  }
}

function grantStream(reader: HoldfastFunction, streamArn: string): void {
  reader.allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], [streamArn]);
  // Lambda asks for ListStreams, which has no resource level (acknowledged with X-Ray's in function.ts).
  reader.allow(['dynamodb:ListStreams'], ['*']);
}

function grantFailures(reader: HoldfastFunction, failures: Bucket): void {
  reader.allow(['s3:ListBucket'], [failures.bucketArn]);
  reader.allow(['s3:PutObject'], [failures.arnForObjects('aws/lambda/*')]);
  Validations.of(reader.role ?? reader).acknowledge({
    // cdk-nag names the finding after the data stack's export, and says so when that name changes
    id: 'AwsSolutions-IAM5[Resource::HoldfastData:ExportsOutputFnGetAttBucketsFailures14D3BE7FArn7D56BC7B/aws/lambda/*]',
    reason:
      'Lambda names the objects of its failure destination itself: only their common prefix aws/lambda/ can be named.',
  });
}
