import { isRecord, text } from '../template/values.ts';

/** An event as it stands on a bus. */
export type BusEvent = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** UTC, to the second, as EventBridge writes it. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
};

/** What a target is given of an event. */
export type Input = (event: BusEvent) => unknown;

/** Reads a target's Input or InputPath; without either, the target is given the event. */
export function readInput({ Input: constant, InputPath }: Readonly<Record<string, unknown>>): Input {
  if (constant !== undefined) {
    const parsed: unknown = JSON.parse(text(constant, 'Input'));
    return () => parsed;
  }
  const path = text(InputPath ?? '$', 'InputPath');
  if (!/^\$(\.[\w-]+)*$/.test(path)) throw new Error(`the path ${path} is not as simple as $.a.b`);
  const keys = path.split('.').slice(1);
  return (event) => keys.reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), event);
}
