import type { Effect } from '../../kernel/index.ts';
import type { TransactItems } from './dynamodb-transaction.ts';

/** One effect as a conditional write in the heads table; the lock's or counter's name is the whole key. */
export function effectItem(table: string, effect: Effect): TransactItems[number] {
  switch (effect.type) {
    case 'take-lock':
      return {
        Put: {
          TableName: table,
          Item: { pk: effect.lock, v: 1, holder: effect.holder },
          ConditionExpression: 'attribute_not_exists(pk) OR holder = :holder',
          ExpressionAttributeValues: { ':holder': effect.holder },
        },
      };
    case 'release-lock':
      return {
        Delete: {
          TableName: table,
          Key: { pk: effect.lock },
          ConditionExpression: 'attribute_not_exists(pk) OR holder = :holder',
          ExpressionAttributeValues: { ':holder': effect.holder },
        },
      };
    case 'count':
      return { Update: countUpdate(table, effect) };
  }
}

type Count = Extract<Effect, { type: 'count' }>;

function countUpdate(table: string, effect: Count): NonNullable<TransactItems[number]['Update']> {
  const condition = countCondition(effect);
  const expires = effect.expiresAt !== undefined;
  return {
    TableName: table,
    Key: { pk: effect.counter },
    UpdateExpression: `SET v = :v${expires ? ', expiresAt = :expiresAt' : ''} ADD #count :by`,
    ...(condition !== undefined && { ConditionExpression: condition }),
    ExpressionAttributeNames: { '#count': 'count' },
    ExpressionAttributeValues: {
      ':v': 1,
      ':by': effect.by,
      ...(expires && { ':expiresAt': effect.expiresAt }),
      ...(condition?.includes(':max') && { ':max': effect.max }),
      ...(condition?.includes(':zero') && { ':zero': 0 }),
    },
  };
}

// A counter never falls below 0: a quota given back twice would let more through than was agreed.
function countCondition(effect: Count): string | undefined {
  if (effect.by === -1) return '#count > :zero';
  if (effect.max === undefined) return undefined;
  return effect.max <= 0 ? '#count < :max' : '(attribute_not_exists(#count) OR #count < :max)';
}
