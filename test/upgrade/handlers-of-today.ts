import type { EventHandler } from '../../functions/runtime/task.ts';
import { type Answer, answerOf } from '../support/rollback-tasks.ts';

export type Handlers = Readonly<Record<string, EventHandler<unknown>>>;

const CONTEXT = {
  ...{ awsRequestId: 'aws-1', functionName: 'f', functionVersion: '1', memoryLimitInMB: '512' },
};

/** The functions that the tasks of a machine name. */
export function functionsOf(machine: string): readonly string[] {
  return [...new Set([...machine.matchAll(/\$\{(\w+)Arn\}/g)].map(([, name = '']) => name))];
}

/** The handlers as they are deployed, with their schemas, by the names of their functions. Throws where there is none. */
export async function handlersOf(functions: readonly string[]): Promise<Handlers> {
  const handlers: Record<string, Handlers[string]> = {};
  // one after the other: what two of them import at once, while it is being replaced, is there in part only
  for (const name of functions) {
    const file = name.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
    handlers[name] = (await import(`../../functions/rollbacks/${file}.ts`)).handler;
  }
  return handlers;
}

/** Calls a handler as Lambda does: JSON in, JSON out, a thrown error by its name. */
export function invokeHandler(handlers: Handlers, name: string, payload: unknown): Promise<Answer> {
  const handler = handlers[name];
  if (handler === undefined) throw new Error(`the machine calls ${name}, which is no function`);
  return answerOf(() => handler(JSON.parse(JSON.stringify(payload)), CONTEXT));
}
