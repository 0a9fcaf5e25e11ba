import { type Json, jsonAt, listAt, textAt } from '../aws/shapes.ts';
import { identify } from '../template/identities.ts';
import { AwsFailure, type Resource } from '../types.ts';
import type { EngineClient } from './client.ts';

/** Creates what the engine does not have yet: keys, indexes, the stream where the template has one, expiry. */
export async function createTables(client: EngineClient, resources: readonly Resource[]): Promise<void> {
  for (const resource of resources.filter(({ type }) => type === 'AWS::DynamoDB::Table')) {
    const TableName = identify(resource).Ref;
    const { properties } = resource;
    try {
      await client.call('DynamoDB_20120810.CreateTable', declared(TableName, properties));
    } catch (thrown) {
      if (thrown instanceof AwsFailure && thrown.code === 'ResourceInUseException') continue;
      throw thrown;
    }
    const AttributeName = textAt(properties, 'TimeToLiveSpecification', 'AttributeName');
    if (AttributeName === undefined) continue;
    const TimeToLiveSpecification = { AttributeName, Enabled: true };
    await client.call('DynamoDB_20120810.UpdateTimeToLive', { TableName, TimeToLiveSpecification });
  }
}

function declared(TableName: string, properties: Json): Json {
  const view = textAt(properties, 'StreamSpecification', 'StreamViewType');
  const indexes = listAt(properties, 'GlobalSecondaryIndexes').map((index) => ({
    IndexName: textAt(index, 'IndexName'),
    KeySchema: listAt(index, 'KeySchema'),
    Projection: jsonAt(index, 'Projection'),
  }));
  return {
    TableName,
    KeySchema: listAt(properties, 'KeySchema'),
    AttributeDefinitions: listAt(properties, 'AttributeDefinitions'),
    BillingMode: 'PAY_PER_REQUEST',
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
    ...(view !== undefined && { StreamSpecification: { StreamEnabled: true, StreamViewType: view } }),
  };
}
