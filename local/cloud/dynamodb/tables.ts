import { type Json, jsonAt, listAt, textAt } from '../aws/shapes.ts';
import { identify } from '../template/identities.ts';
import { AwsFailure, type Resource } from '../types.ts';
import type { EngineClient } from './client.ts';

const TABLE = 'DynamoDB_20120810.';

/** The tables of a template. */
function tablesOf(resources: readonly Resource[]): readonly Resource[] {
  return resources.filter(({ type }) => /^AWS::DynamoDB::(Global)?Table$/.test(type));
}

function tableName(resource: Resource): string {
  return identify(resource).Ref ?? resource.logicalId;
}

/** Creates what the engine does not have yet: keys, indexes, the stream where the template has one, expiry. */
export async function createTables(client: EngineClient, resources: readonly Resource[]): Promise<void> {
  for (const resource of tablesOf(resources)) {
    const TableName = tableName(resource);
    const { properties } = resource;
    const created = await createTable(client, TableName, properties);
    const ttl = jsonAt(properties, 'TimeToLiveSpecification');
    const attribute = textAt(ttl, 'AttributeName');
    if (!created || attribute === undefined) continue;
    const TimeToLiveSpecification = { AttributeName: attribute, Enabled: true };
    await client.call(`${TABLE}UpdateTimeToLive`, { TableName, TimeToLiveSpecification });
  }
}

async function createTable(client: EngineClient, TableName: string, properties: Json): Promise<boolean> {
  const view = textAt(properties, 'StreamSpecification', 'StreamViewType');
  const indexes = listAt(properties, 'GlobalSecondaryIndexes').map((index) => ({
    IndexName: textAt(index, 'IndexName'),
    KeySchema: listAt(index, 'KeySchema'),
    Projection: jsonAt(index, 'Projection'),
  }));
  try {
    await client.call(`${TABLE}CreateTable`, {
      TableName,
      KeySchema: listAt(properties, 'KeySchema'),
      AttributeDefinitions: listAt(properties, 'AttributeDefinitions'),
      BillingMode: 'PAY_PER_REQUEST',
      ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
      ...(view !== undefined && { StreamSpecification: { StreamEnabled: true, StreamViewType: view } }),
    });
    return true;
  } catch (thrown) {
    if (thrown instanceof AwsFailure && thrown.code === 'ResourceInUseException') return false;
    throw thrown;
  }
}
