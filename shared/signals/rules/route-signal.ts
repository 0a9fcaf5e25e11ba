import { rule } from '../../kernel/index.ts';
import type { Selector } from '../../services/contract.ts';
import type { SignalSource, SuggestedSelector } from '../contract.ts';

export type RouteSignalInputs = {
  readonly source: SignalSource;
  readonly labels: Readonly<Record<string, string>>;
  readonly services: readonly { readonly name: string; readonly selectors: readonly Selector[] }[];
};
export type RouteSignalOutcome =
  | {
      readonly kind: 'routed';
      readonly service: string;
      readonly environment: string;
      readonly resolvedBy: string;
    }
  | { readonly kind: 'unroutable'; readonly why: string; readonly suggestedSelector: SuggestedSelector };

type Match = { readonly service: string; readonly environment: string; readonly resolvedBy: string };

/** Finds the one service and environment a signal speaks of. Several are as good as none: nothing is guessed. */
export const routeSignal = rule('route-signal', 1, (inputs: RouteSignalInputs): RouteSignalOutcome => {
  const matches = inputs.services.flatMap((service) => matchesOf(service, inputs));
  const [first] = matches;
  const places = [...new Set(matches.map((match) => `${match.service}/${match.environment}`))];
  if (first !== undefined && places.length === 1) return { kind: 'routed', ...first };
  const why =
    first === undefined
      ? 'no selector matches'
      : `selectors of several places match: ${places.sort().join(', ')}`;
  return { kind: 'unroutable', why, suggestedSelector: suggestion(inputs) };
});

function matchesOf(
  service: RouteSignalInputs['services'][number],
  inputs: RouteSignalInputs,
): readonly Match[] {
  return service.selectors.flatMap((selector, index) => {
    if (selector.source !== inputs.source || !hasAll(inputs.labels, selector.match)) return [];
    const resolvedBy = `${service.name}#selectors.${index}`;
    return [{ service: service.name, environment: selector.environment, resolvedBy }];
  });
}

function hasAll(labels: Readonly<Record<string, string>>, match: Readonly<Record<string, string>>): boolean {
  const fields = Object.entries(match);
  return (
    fields.length > 0 &&
    fields.every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value)
  );
}

/** What names the thing itself, by source; the first group of which a label is there. */
const TELLING: Readonly<Record<SignalSource, readonly (readonly string[])[]>> = {
  argocd: [['app', 'namespace']],
  alertmanager: [['service'], ['app'], ['alertname', 'job'], ['alertname']],
  github: [['repository', 'environment']],
  cloudevents: [['service'], ['source', 'subject'], ['source']],
  grafana: [['service'], ['app'], ['alertname', 'job'], ['alertname']],
  slack: [['team', 'channel'], ['channel']],
  pagerduty: [['serviceId'], ['service']],
  generic: [['service', 'environment'], ['id']],
  cloudwatch: [['alarmArn'], ['alarmName']],
  ecs: [['serviceArn']],
  codedeploy: [['application', 'deploymentGroup']],
  sagemaker: [['endpointArn']],
  health: [['service', 'region']],
  fis: [['templateId']],
};
const ENVIRONMENT_LABELS = ['environment', 'env', 'labels.environment', 'tags.environment'];
const FIRST_ENVIRONMENT = 'staging';

/** A selector that would route the signal, to be put into its service's document. */
function suggestion({ source, labels }: RouteSignalInputs): SuggestedSelector {
  const groups = TELLING[source];
  const names =
    groups.find((group) => group.some((name) => Object.hasOwn(labels, name))) ?? Object.keys(labels);
  const match = Object.fromEntries(
    names.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]] as const])),
  );
  return { source, environment: environmentOf(labels), match };
}

function environmentOf(labels: Readonly<Record<string, string>>): string {
  const said = ENVIRONMENT_LABELS.map((name) => labels[name]).find((value) => value !== undefined);
  if (said !== undefined) return said;
  const named = Object.values(labels).some((value) => /(?:^|[-_.])prod(?:uction)?$/.test(value));
  return named ? 'production' : FIRST_ENVIRONMENT;
}
