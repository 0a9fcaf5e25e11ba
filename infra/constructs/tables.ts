import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

type HoldfastTableProps = {
  readonly partitionKey?: string;
  readonly sortKey?: string;
  readonly stream?: StreamViewType;
  /** The attribute with the epoch second after which an item may be removed. */
  readonly timeToLive?: string;
  /** true for what can never be had again: decisions, payloads, heads, ledger. */
  readonly kept: boolean;
  readonly indexes?: readonly { readonly name: string; readonly partition: string; readonly sort: Sort }[];
};
type Sort = { readonly name: string; readonly type: AttributeType };

/** A table of the house: on demand, point-in-time recovery, encrypted; the kept ones survive their stack. */
export class HoldfastTable extends Table {
  private readonly indexNames: readonly string[];

  constructor(scope: Construct, id: string, props: HoldfastTableProps) {
    const { sortKey, stream, timeToLive, indexes = [] } = props;
    super(scope, id, {
      partitionKey: { name: props.partitionKey ?? 'pk', type: AttributeType.STRING },
      ...(sortKey !== undefined && { sortKey: { name: sortKey, type: AttributeType.STRING } }),
      ...(stream !== undefined && { stream }),
      ...(timeToLive !== undefined && { timeToLiveAttribute: timeToLive }),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: props.kept,
      removalPolicy: props.kept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    for (const index of indexes) {
      this.addGlobalSecondaryIndex({
        indexName: index.name,
        partitionKey: { name: index.partition, type: AttributeType.STRING },
        sortKey: index.sort,
      });
    }
    this.indexNames = indexes.map((index) => index.name);
  }

  /** The table and each of its indexes by name: no wildcard. */
  arns(): readonly string[] {
    return [this.tableArn, ...this.indexNames.map((name) => `${this.tableArn}/index/${name}`)];
  }
}
