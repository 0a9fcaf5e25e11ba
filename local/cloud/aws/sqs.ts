import { createHash, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsFailure, type AwsService, type Resource } from '../types.ts';
import { inTransaction } from './database.ts';
import { at, isJson, type Json, lastPart, need, numberAt, parseJson, textAt } from './shapes.ts';

const MAX_MESSAGE_BYTES = 1_048_576;
const LONG_POLL_STEP_MS = 50;

type Queue = {
  readonly name: string;
  readonly visibilitySeconds: number;
  readonly redrive?: { readonly to: string; readonly maxReceives: number };
};

type Row = { id: string; body: string; sentAt: number; receives: number; attributes: string };

const SCHEMA = `CREATE TABLE IF NOT EXISTS messages (
  id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL, attributes TEXT NOT NULL, sentAt INTEGER NOT NULL,
  visibleAt INTEGER NOT NULL, receives INTEGER NOT NULL DEFAULT 0, receipt TEXT);
  CREATE INDEX IF NOT EXISTS messages_visible ON messages (queue, visibleAt)`;

/** The queues of the template over SQLite: visibility timeout, redrive, long polling. Receives are at least once. */
export function createSqs(options: {
  readonly resources: readonly Resource[];
  readonly database: DatabaseSync;
  readonly physicalName: (resource: Resource) => string;
}): AwsService {
  const { database } = options;
  database.exec(SCHEMA);
  const queues = new Map<string, Queue>();
  for (const resource of options.resources) {
    if (resource.type !== 'AWS::SQS::Queue') continue;
    const queue = queueOf(options.physicalName(resource), resource.properties);
    queues.set(queue.name, queue);
  }
  const actions: Readonly<Record<string, (queue: Queue, input: Json) => unknown>> = {
    SendMessage: (queue, input) => send(database, queue, input),
    ReceiveMessage: (queue, input) => receive(database, queue, input),
    DeleteMessage: (_queue, input) => {
      database.prepare('DELETE FROM messages WHERE receipt = ?').run(need(input, 'ReceiptHandle'));
      return {};
    },
    GetQueueAttributes: (queue) => attributes(database, queue),
    GetQueueUrl: (_queue, input) => ({ QueueUrl: need(input, 'QueueName') }),
  };
  return async (action, input) => {
    const run = actions[action];
    if (run === undefined) throw new AwsFailure('InvalidAction', `SQS ${action} is not run here`);
    const queue = queues.get(lastPart(textAt(input, 'QueueUrl') ?? need(input, 'QueueName')));
    if (queue === undefined) {
      throw new AwsFailure('QueueDoesNotExist', 'The specified queue does not exist.');
    }
    return run(queue, input);
  };
}

function queueOf(name: string, properties: Json): Queue {
  const policy = at(properties, 'RedrivePolicy');
  const redrive = typeof policy === 'string' ? parseJson(policy) : policy;
  const target = textAt(redrive, 'deadLetterTargetArn');
  return {
    name,
    visibilitySeconds: numberAt(properties, 'VisibilityTimeout') ?? 30,
    ...(target !== undefined && {
      redrive: { to: lastPart(target), maxReceives: numberAt(redrive, 'maxReceiveCount') ?? 10 },
    }),
  };
}

function send(database: DatabaseSync, queue: Queue, input: Json): unknown {
  const body = need(input, 'MessageBody');
  if (Buffer.byteLength(body) > MAX_MESSAGE_BYTES) {
    throw new AwsFailure(
      'InvalidParameterValue',
      'One or more parameters are invalid. Reason: Message too long',
    );
  }
  const id = randomUUID();
  const now = Date.now();
  const visibleAt = now + (numberAt(input, 'DelaySeconds') ?? 0) * 1000;
  database
    .prepare(
      'INSERT INTO messages (id, queue, body, attributes, sentAt, visibleAt) VALUES (?, ?, ?, ?, ?, ?)',
    )
    .run(id, queue.name, body, JSON.stringify(at(input, 'MessageAttributes') ?? {}), now, visibleAt);
  return { MessageId: id, MD5OfMessageBody: md5(body) };
}

async function receive(database: DatabaseSync, queue: Queue, input: Json): Promise<unknown> {
  const waitUntil = Date.now() + (numberAt(input, 'WaitTimeSeconds') ?? 0) * 1000;
  for (;;) {
    const messages = inTransaction(database, () => take(database, queue, input));
    if (messages.length > 0 || Date.now() >= waitUntil) return { Messages: messages };
    await sleep(LONG_POLL_STEP_MS);
  }
}

function take(database: DatabaseSync, queue: Queue, input: Json): readonly unknown[] {
  const now = Date.now();
  if (queue.redrive !== undefined) {
    database
      .prepare(
        'UPDATE messages SET queue = ?, receives = 0 WHERE queue = ? AND visibleAt <= ? AND receives >= ?',
      )
      .run(queue.redrive.to, queue.name, now, queue.redrive.maxReceives);
  }
  const rows = database
    .prepare('SELECT * FROM messages WHERE queue = ? AND visibleAt <= ? ORDER BY sentAt, rowid LIMIT ?')
    .all(queue.name, now, numberAt(input, 'MaxNumberOfMessages') ?? 1);
  const hidden = (numberAt(input, 'VisibilityTimeout') ?? queue.visibilitySeconds) * 1000;
  return rows.map((row) => {
    const { id, body, sentAt, receives, attributes: custom } = row as Row;
    const receipt = randomUUID();
    database
      .prepare('UPDATE messages SET visibleAt = ?, receipt = ?, receives = receives + 1 WHERE id = ?')
      .run(now + hidden, receipt, id);
    const own = parseJson(custom);
    return {
      MessageId: id,
      ReceiptHandle: receipt,
      Body: body,
      MD5OfBody: md5(body),
      Attributes: { SentTimestamp: String(sentAt), ApproximateReceiveCount: String(receives + 1) },
      ...(isJson(own) && Object.keys(own).length > 0 && { MessageAttributes: own }),
    };
  });
}

function attributes(database: DatabaseSync, queue: Queue): unknown {
  const counted = database
    .prepare('SELECT COUNT(*) AS total, SUM(visibleAt <= ?) AS visible FROM messages WHERE queue = ?')
    .get(Date.now(), queue.name);
  const visible = numberAt(counted, 'visible') ?? 0;
  return {
    Attributes: {
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String((numberAt(counted, 'total') ?? 0) - visible),
      VisibilityTimeout: String(queue.visibilitySeconds),
    },
  };
}

/** SQS clients compare this digest with the body they got. */
function md5(body: string): string {
  return createHash('md5').update(body).digest('hex');
}
