import type { JsonObject } from './definition.ts';
import type { Failure } from './failure.ts';

/** A history event before it has its id: the type and the one details object AWS gives that type. */
export type EventDraft = { readonly type: string; readonly details?: JsonObject };
/** A history event as GetExecutionHistory answers it; `timestamp` in seconds since 1970. */
export type HistoryEvent = {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: string;
} & { readonly [details: string]: unknown };

/** The event with its id, and its details under the member AWS names. */
export function historyEvent(
  draft: EventDraft,
  ids: { readonly id: number; readonly previousEventId: number; readonly timestamp: number },
): HistoryEvent {
  // The types of states share one member for entering and one for leaving; every other type has its own.
  const type = draft.type.replace(/^.+(?=State(Entered|Exited)$)/, '');
  const member = `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
  return { ...ids, type: draft.type, ...(draft.details !== undefined && { [member]: draft.details }) };
}

/** `{error, cause}` with what is missing left out, as AWS leaves it out. */
export function failureDetails(failure: Failure): JsonObject {
  return {
    ...(failure.error !== undefined && { error: failure.error }),
    ...(failure.cause !== undefined && { cause: failure.cause }),
  };
}

/** The details of a StateExited event; AWS writes each variable as JSON text of its own. */
export function exitedDetails(name: string, output: unknown, assigned: JsonObject): JsonObject {
  const variables = Object.entries(assigned).map(([key, value]) => [key, JSON.stringify(value)]);
  return {
    name,
    output: JSON.stringify(output),
    outputDetails: { truncated: false },
    ...(variables.length > 0 && { assignedVariables: Object.fromEntries(variables) }),
  };
}
