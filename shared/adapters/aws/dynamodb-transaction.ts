import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { Fault } from '../../kernel/index.ts';
import { asFault, backOff } from './failures.ts';

export type TransactItems = NonNullable<TransactWriteCommandInput['TransactItems']>;

/** `refused` names, by position in the transaction, the items whose condition did not hold. */
export type Transacted =
  | { readonly kind: 'written' }
  | { readonly kind: 'refused'; readonly positions: readonly number[] };

// Another transaction on the same item lasts some 10 ms: 8 attempts wait up to 1.6 s altogether.
const MAX_ATTEMPTS = 8;
const BUSY = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * One TransactWriteItems. A conflict with another transaction and throttling are tried again with jitter.
 * The conditions make a repeat safe: when an attempt timed out after it had in fact committed, the repeat is refused
 * by its own items, and the caller compares keys or commitments.
 * Throws Fault: Unavailable when it stays busy, PermissionDenied.
 */
export async function transact(client: DynamoDBDocumentClient, items: TransactItems): Promise<Transacted> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const result = await attemptOnce(client, items);
    if (result !== 'busy') return result;
    await backOff(attempt);
  }
  throw new Fault('Unavailable', `the transaction met other transactions ${MAX_ATTEMPTS} times`);
}

async function attemptOnce(
  client: DynamoDBDocumentClient,
  items: TransactItems,
): Promise<Transacted | 'busy'> {
  try {
    await client.send(new TransactWriteCommand({ TransactItems: items }));
    return { kind: 'written' };
  } catch (thrown) {
    if (!(thrown instanceof TransactionCanceledException)) throw asFault(thrown, 'TransactWriteItems');
    const codes = (thrown.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
    const positions = codes.flatMap((code, at) => (code === 'ConditionalCheckFailed' ? [at] : []));
    if (positions.length > 0) return { kind: 'refused', positions };
    if (codes.some((code) => BUSY.has(code))) return 'busy';
    throw thrown;
  }
}
