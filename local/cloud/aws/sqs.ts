import { createHash, randomUUID } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { identify } from '../template/identities.ts';
import { AwsFailure, type AwsService, type Resource } from '../types.ts';
import { inTransaction } from './database.ts';
import { type Json, jsonAt, lastPart, listAt, need, numberAt, parseJson, textAt } from './shapes.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS queued (
  id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL, attributes TEXT NOT NULL, sentAt INTEGER NOT NULL,
  visibleAt INTEGER NOT NULL, receives INTEGER NOT NULL, firstAt INTEGER, receipt TEXT);
  CREATE INDEX IF NOT EXISTS queued_visible ON queued (queue, visibleAt)`;
const LONGEST_DELAY_S = 900;
const LONGEST_HIDING_S = 43_200;
const MOST_AT_ONCE = 10;

type Queue = {
  readonly hiddenSeconds: number;
  readonly delaySeconds: number;
  /** Name of the queue that takes what was received `most` times and never deleted. */
  readonly deadLetters?: { readonly queue: string; readonly most: number };
};

type Row = Readonly<Record<string, SQLOutputValue>>;

/** A message as it was received; `attributes` are the queue's own, `sent` those that came with it. */
export type Message = {
  readonly id: string;
  readonly receipt: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly sent: Json;
};

/** The queues of the template: send, receive (at least once, hidden for a while), delete. Delays run `speed` times as fast. */
export function createSqs(resources: readonly Resource[], database: DatabaseSync, speed: number) {
  database.exec(SCHEMA);
  const queues = queuesOf(resources);
  const sql = (text: string) => database.prepare(text);
  const insert = sql('INSERT INTO queued VALUES (?, ?, ?, ?, ?, ?, 0, NULL, NULL)');
  const visible = sql('SELECT * FROM queued WHERE queue = ? AND visibleAt <= ? ORDER BY rowid LIMIT ?');
  const bury = sql('UPDATE queued SET queue = ? WHERE queue = ? AND visibleAt <= ? AND receives >= ?');
  const hide = sql('UPDATE queued SET visibleAt = ?, firstAt = ?, receipt = ?, receives = ? WHERE id = ?');
  const remove = sql('DELETE FROM queued WHERE queue = ? AND receipt = ?');
  const sooner = sql('UPDATE queued SET visibleAt = visibleAt - ? WHERE receipt = ?');
  const find = (name: string): Queue => {
    const found = queues.get(name);
    if (found !== undefined) return found;
    throw new AwsFailure('QueueDoesNotExist', 'The specified queue does not exist.');
  };
  const receive = (
    name: string,
    most: number,
    hiddenSeconds = find(name).hiddenSeconds,
  ): readonly Message[] => {
    const now = Date.now();
    const { deadLetters } = find(name);
    return inTransaction(database, () => {
      if (deadLetters !== undefined) bury.run(deadLetters.queue, name, now, deadLetters.most);
      return visible.all(name, now, most).map((row) => {
        const own = {
          receives: Number(row.receives) + 1,
          firstAt: row.firstAt ?? now,
          receipt: randomUUID(),
        };
        hide.run(now + hiddenSeconds * 1000, own.firstAt, own.receipt, own.receives, String(row.id));
        return messageOf({ ...row, ...own });
      });
    });
  };
  const send = (name: string, input: Json) => {
    const [id, body, now] = [randomUUID(), need(input, 'MessageBody'), Date.now()];
    const delay = within(input, 'DelaySeconds', [0, LONGEST_DELAY_S]) ?? find(name).delaySeconds;
    const sent = JSON.stringify(jsonAt(input, 'MessageAttributes'));
    insert.run(id, name, body, sent, now, now + Math.round((delay * 1000) / speed));
    return { MessageId: id, MD5OfMessageBody: md5(body) };
  };
  const service: AwsService = async (action, input) => {
    const name = lastPart(need(input, 'QueueUrl'));
    const { hiddenSeconds } = find(name);
    if (action === 'SendMessage') return send(name, input);
    if (action === 'ReceiveMessage') {
      const most = within(input, 'MaxNumberOfMessages', [1, MOST_AT_ONCE]) ?? 1;
      const hidden = within(input, 'VisibilityTimeout', [0, LONGEST_HIDING_S]) ?? hiddenSeconds;
      return { Messages: receive(name, most, hidden).map((message) => received(message, input)) };
    }
    if (action !== 'DeleteMessage') throw new AwsFailure('InvalidAction', `SQS ${action} is not run here`);
    remove.run(name, need(input, 'ReceiptHandle'));
    return {};
  };
  return {
    service,
    find,
    receive,
    /** Forgets a message that was taken. */
    remove: (name: string, { receipt }: Message): void => void remove.run(name, receipt),
    /** Lets a message that was not taken come again when its time is over, which runs at speed from here on. */
    giveBack: (name: string, { receipt }: Message): void => {
      const hiddenMs = find(name).hiddenSeconds * 1000;
      sooner.run(Math.round(hiddenMs - hiddenMs / speed), receipt);
    },
  };
}

export type Sqs = ReturnType<typeof createSqs>;

function queuesOf(resources: readonly Resource[]): ReadonlyMap<string, Queue> {
  const declared = resources.filter(({ type }) => type === 'AWS::SQS::Queue');
  const names = new Set(declared.map((resource) => lastPart(identify(resource).Ref)));
  return new Map(
    declared.map((resource) => {
      const { properties, logicalId } = resource;
      const other = ['FifoQueue', 'RedriveAllowPolicy'].find((name) => name in properties);
      if (other !== undefined) throw new Error(`${logicalId}: ${other} of a queue is not run`);
      const queue = lastPart(textAt(properties, 'RedrivePolicy', 'deadLetterTargetArn') ?? '');
      const most = numberAt(properties, 'RedrivePolicy', 'maxReceiveCount') ?? 0;
      const redrives = 'RedrivePolicy' in properties;
      if (redrives && (!names.has(queue) || most < 1))
        throw new Error(
          `${logicalId}: the RedrivePolicy names no queue of the template, or no maxReceiveCount`,
        );
      return [
        lastPart(identify(resource).Ref),
        {
          hiddenSeconds: numberAt(properties, 'VisibilityTimeout') ?? 30,
          delaySeconds: numberAt(properties, 'DelaySeconds') ?? 0,
          ...(redrives && { deadLetters: { queue, most } }),
        },
      ];
    }),
  );
}

/** A message that is received now. */
function messageOf(row: Row): Message {
  return {
    ...{ id: String(row.id), receipt: String(row.receipt), body: String(row.body) },
    attributes: {
      ApproximateReceiveCount: String(row.receives),
      ApproximateFirstReceiveTimestamp: String(row.firstAt),
      SentTimestamp: String(row.sentAt),
      SenderId: 'local',
    },
    sent: jsonAt({ sent: parseJson(String(row.attributes)) }, 'sent'),
  };
}

function received({ id, receipt, body, attributes, sent }: Message, input: Json): Json {
  const asked = [...listAt(input, 'MessageSystemAttributeNames'), ...listAt(input, 'AttributeNames')];
  const own = Object.entries(attributes).filter(([name]) => asked.includes('All') || asked.includes(name));
  const fields = { MessageId: id, ReceiptHandle: receipt, Body: body, MD5OfBody: md5(body) };
  return {
    ...fields,
    MessageAttributes: sent,
    ...(own.length > 0 && { Attributes: Object.fromEntries(own) }),
  };
}

/** A number of a request, undefined where there is none. Throws AwsFailure('InvalidParameterValue') outside its limits. */
function within(input: Json, name: string, [least, most]: readonly [number, number]): number | undefined {
  const found = numberAt(input, name);
  if (found === undefined || (Number.isInteger(found) && found >= least && found <= most)) return found;
  const reason = `${name} must be >= ${least} and <= ${most}`;
  throw new AwsFailure(
    'InvalidParameterValue',
    `Value ${found} for parameter ${name} is invalid. Reason: ${reason}.`,
  );
}

/** SQS clients compare this digest with the body they got. */
export function md5(body: string): string {
  return createHash('md5').update(body).digest('hex');
}
