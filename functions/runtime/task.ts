import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type * as z from 'zod';
import { isFault } from '../../shared/kernel/index.ts';
import { parse } from '../../shared/kernel/parse.ts';
import { logger } from './observe.ts';

export type EventHandler<Output> = (
  event: unknown,
  context: unknown,
) => Promise<Output | Record<string, never>>;

/**
 * A task of a state machine, or any function that is invoked with a document. A Fault leaves by its name, which
 * Step Functions matches in ErrorEquals; input of another form is Fault('InvalidInput'). No result is `{}`.
 */
export function task<Input, Output>(
  schema: z.ZodType<Input>,
  useCase: (input: Input) => Promise<Output>,
): EventHandler<Output> {
  return middy<unknown, Output | Record<string, never>>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use({ onError: (request) => logFailure(request.error) })
    .handler(
      async (event: unknown) => (await useCase(parse(schema, event, 'the input'))) ?? {},
    ) as unknown as EventHandler<Output>;
}

/** Leaves the error as it is: no response is set, so middy throws it again. */
function logFailure(error: unknown): void {
  if (isFault(error)) logger.warn('a task was refused', { fault: error.name, detail: error.message });
  else logger.error('an unexpected error ended a task', { error });
}
