import type { World } from '../world.ts';

const TIMEOUT_MS = 10_000;
const METRIC_DATA = 'GraniteServiceVersion20100801.GetMetricData';
type Place = { readonly function: string; readonly alias: string };

/** Where an alias of the sandbox sends its calls, as the platform itself says. */
export async function atAlias(world: World, place: Place) {
  const url = `${world.sandbox.lambda.url}/2015-03-31/functions/${place.function}/aliases/${place.alias}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const alias = (await response.json()) as {
    readonly FunctionVersion: string;
    readonly RoutingConfig?: { readonly AdditionalVersionWeights?: Readonly<Record<string, number>> };
  };
  const weights = alias.RoutingConfig?.AdditionalVersionWeights ?? {};
  const others = Object.entries(weights).map(([version, weight]) => ({ version, weight }));
  return { primary: alias.FunctionVersion, others };
}

export type Served = { readonly requests: number; readonly failures: number };

/** What an alias served from one second to another, and of it what one version served beside the other: from the platform's metrics. */
export async function servedBetween(
  world: World,
  place: Place & { readonly version: string },
  from: string,
  to: string,
): Promise<{ readonly all: Served; readonly version: Served }> {
  const Resource = `${place.function}:${place.alias}`;
  const alias = { FunctionName: place.function, Resource };
  const dimensions = { all: alias, version: { ...alias, ExecutedVersion: place.version } };
  const queries = Object.entries(dimensions).flatMap(([name, of]) =>
    ['Invocations', 'Errors'].map((metric) => ({
      Id: `${name}${metric}`,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/Lambda',
          MetricName: metric,
          Dimensions: Object.entries(of).map(([Name, Value]) => ({ Name, Value })),
        },
        Period: 1,
        Stat: 'Sum',
      },
    })),
  );
  const response = await fetch(`${world.sandbox.lambda.url}/`, {
    method: 'POST',
    headers: { 'x-amz-target': METRIC_DATA, 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({
      StartTime: Math.floor(Date.parse(from) / 1000),
      EndTime: Math.ceil(Date.parse(to) / 1000) + 1,
      MetricDataQueries: queries,
    }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { MetricDataResults: found } = (await response.json()) as {
    readonly MetricDataResults: readonly { readonly Id: string; readonly Values: readonly number[] }[];
  };
  const sum = (id: string) =>
    (found.find(({ Id }) => Id === id)?.Values ?? []).reduce((total, each) => total + each, 0);
  const of = (name: string) => ({ requests: sum(`${name}Invocations`), failures: sum(`${name}Errors`) });
  return { all: of('all'), version: of('version') };
}
