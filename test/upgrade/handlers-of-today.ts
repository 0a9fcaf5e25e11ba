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
  const found = functions.map(async (name) => {
    const file = name.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
    const { handler } = await import(`../../functions/rollbacks/${file}.ts`);
    return [name, handler] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

/** Calls a handler as Lambda does: JSON in, JSON out, a thrown error by its name. */
export function invokeHandler(handlers: Handlers, name: string, payload: unknown): Promise<Answer> {
  const handler = handlers[name];
  if (handler === undefined) throw new Error(`the machine calls ${name}, which is no function`);
  return answerOf(() => handler(JSON.parse(JSON.stringify(payload)), CONTEXT));
}
