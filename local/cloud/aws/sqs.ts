import { createHash, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { identify } from '../template/identities.ts';
import { AwsFailure, type AwsService, type Resource } from '../types.ts';
import { inTransaction } from './database.ts';
import { jsonAt, lastPart, need, numberAt, parseJson } from './shapes.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS messages (
  id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL, attributes TEXT NOT NULL, visibleAt INTEGER NOT NULL,
  receipt TEXT);
  CREATE INDEX IF NOT EXISTS messages_visible ON messages (queue, visibleAt)`;

/** The queues of the template, which hold dead letters: send, receive (at least once, visibility timeout), delete. */
export function createSqs(resources: readonly Resource[], database: DatabaseSync): AwsService {
  database.exec(SCHEMA);
  const queues = new Map<string, number>();
  for (const resource of resources) {
    if (resource.type !== 'AWS::SQS::Queue') continue;
    const { properties, logicalId } = resource;
    const other = ['RedrivePolicy', 'FifoQueue', 'DelaySeconds'].find((name) => name in properties);
    if (other !== undefined) throw new Error(`${logicalId}: ${other} of a queue is not run`);
    queues.set(lastPart(identify(resource).Ref), (numberAt(properties, 'VisibilityTimeout') ?? 30) * 1000);
  }
  const insert = database.prepare('INSERT INTO messages VALUES (?, ?, ?, ?, ?, NULL)');
  const visible = database.prepare(
    'SELECT id, body, attributes FROM messages WHERE queue = ? AND visibleAt <= ? ORDER BY rowid LIMIT ?',
  );
  const hide = database.prepare('UPDATE messages SET visibleAt = ?, receipt = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM messages WHERE queue = ? AND receipt = ?');
  const take = (name: string, most: number, hiddenMs: number) =>
    visible.all(name, Date.now(), most).map(({ id, body, attributes }) => {
      const receipt = randomUUID();
      hide.run(Date.now() + hiddenMs, receipt, String(id));
      const own = parseJson(String(attributes));
      return {
        MessageId: id,
        ReceiptHandle: receipt,
        Body: body,
        MessageAttributes: own,
        MD5OfBody: md5(body),
      };
    });
  return async (action, input) => {
    const name = lastPart(need(input, 'QueueUrl'));
    const hiddenMs = queues.get(name);
    if (hiddenMs === undefined)
      throw new AwsFailure('QueueDoesNotExist', 'The specified queue does not exist.');
    switch (action) {
      case 'SendMessage': {
        const body = need(input, 'MessageBody');
        const id = randomUUID();
        insert.run(id, name, body, JSON.stringify(jsonAt(input, 'MessageAttributes')), Date.now());
        return { MessageId: id, MD5OfMessageBody: md5(body) };
      }
      case 'ReceiveMessage': {
        const most = numberAt(input, 'MaxNumberOfMessages') ?? 1;
        return { Messages: inTransaction(database, () => take(name, most, hiddenMs)) };
      }
      case 'DeleteMessage':
        remove.run(name, need(input, 'ReceiptHandle'));
        return {};
      default:
        throw new AwsFailure('InvalidAction', `SQS ${action} is not run here`);
    }
  };
}

/** SQS clients compare this digest with the body they got. */
function md5(body: unknown): string {
  return createHash('md5').update(String(body)).digest('hex');
}
