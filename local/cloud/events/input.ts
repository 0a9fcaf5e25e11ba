import { isRecord, record, text } from '../template/values.ts';

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

/** Reads a target's Input, InputPath or InputTransformer; without any, the target is given the event. */
export function readInput(target: Readonly<Record<string, unknown>>): Input {
  if (target.Input !== undefined) {
    const constant: unknown = JSON.parse(text(target.Input, 'Input'));
    return () => constant;
  }
  if (target.InputPath !== undefined) return pathReader(text(target.InputPath, 'InputPath'));
  if (target.InputTransformer === undefined) return (event) => event;
  const { InputPathsMap, InputTemplate } = record(target.InputTransformer, 'InputTransformer');
  const paths = Object.entries(record(InputPathsMap ?? {}, 'InputPathsMap'));
  return transformer(
    text(InputTemplate, 'InputTemplate'),
    new Map(paths.map(([name, path]) => [name, pathReader(text(path, name))])),
  );
}

function pathReader(path: string): Input {
  if (!/^\$(\.[\w-]+)*$/.test(path)) throw new Error(`the path ${path} is not as simple as $.a.b`);
  const keys = path.split('.').slice(1);
  return (event) => keys.reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), event);
}

/** `<name>` stands for a value: as text inside a string of the template, as JSON elsewhere. */
function transformer(template: string, values: ReadonlyMap<string, Input>): Input {
  const names = [...template.matchAll(/<([\w.-]+)>/g)].map(([, name = '']) => name);
  const unknown = names.filter((name) => !values.has(name));
  if (unknown.length > 0) throw new Error(`the InputTemplate's <${unknown.join('>, <')}> is not known`);
  return (event) => {
    const json = (name: string) => JSON.stringify(values.get(name)?.(event) ?? null);
    const filled = template.replaceAll(/"(?:[^"\\]|\\.)*"|<([\w.-]+)>/g, (part, bare: string | undefined) =>
      bare === undefined
        ? part.replaceAll(/<([\w.-]+)>/g, (_, name: string) =>
            JSON.stringify(json(name).replace(/^"|"$/g, '')).slice(1, -1),
          )
        : json(bare),
    );
    return JSON.parse(filled);
  };
}
