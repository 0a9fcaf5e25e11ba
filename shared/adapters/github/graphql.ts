import * as z from 'zod';
import { Fault, type FaultName } from '../../kernel/fault.ts';
import { type Connection, parse, type Request } from './connection.ts';

const Answered = z.looseObject({
  data: z.unknown(),
  errors: z.array(z.looseObject({ type: z.string().optional(), message: z.string() })).optional(),
});

const FAULT_OF_TYPE: Readonly<Record<string, FaultName>> = {
  NOT_FOUND: 'NotFound',
  FORBIDDEN: 'PermissionDenied',
  INSUFFICIENT_SCOPES: 'PermissionDenied',
  RATE_LIMITED: 'RateLimited',
  MAX_NODE_LIMIT_EXCEEDED: 'InvalidInput',
};
const WAIT_SECONDS = 60; // the answer names no time

export type Query = {
  readonly repository: string;
  /** GraphQL text, fixed in the code: what varies goes into the variables. */
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
};

/**
 * One attempt at GitHub's GraphQL API, for what its REST API lacks. `refused` is what GitHub says of a request that it
 * understood and does not carry out; other errors are thrown as Fault.
 */
export async function askGraphql(
  connection: Pick<Connection, 'once' | 'baseUrl'>,
  query: Query,
): Promise<{ readonly data: unknown } | { readonly refused: string }> {
  const request: Request = {
    route: `POST ${graphqlUrl(connection.baseUrl)}`,
    parameters: { query: query.text, variables: query.variables },
    repository: query.repository,
    isRead: query.text.startsWith('query'),
  };
  const answer = parse(Answered, (await connection.once(request)).data, 'a GraphQL query');
  const [error] = answer.errors ?? [];
  if (error === undefined) return { data: answer.data };
  if (error.type === 'UNPROCESSABLE') return { refused: error.message };
  // an error without a type is GitHub's own: "Something went wrong while executing your query"
  const name = error.type === undefined ? 'Unavailable' : (FAULT_OF_TYPE[error.type] ?? 'Malformed');
  throw new Fault(name, `GitHub refuses a query: ${error.message}`, {
    ...(name === 'RateLimited' && { retryAfterSeconds: WAIT_SECONDS }),
  });
}

/** `https://api.github.com/graphql`; an Enterprise server has it beside `/api/v3`. */
export function graphqlUrl(baseUrl: string): string {
  return /\/api\/v3$/.test(baseUrl) ? baseUrl.replace(/\/v3$/, '/graphql') : `${baseUrl}/graphql`;
}
