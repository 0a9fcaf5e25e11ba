import type { SignalSource } from '../contract.ts';
import { mapAlertmanager } from './alertmanager.ts';
import { mapArgocd } from './argocd.ts';
import { mapCloudevents } from './cloudevents.ts';
import { mapCloudwatch } from './cloudwatch.ts';
import { mapGithub } from './github.ts';
import type { Mapper } from './mapped.ts';

const MAPPERS: Readonly<Record<SignalSource, Mapper>> = {
  argocd: mapArgocd,
  alertmanager: mapAlertmanager,
  github: mapGithub,
  cloudevents: mapCloudevents,
  cloudwatch: mapCloudwatch,
};

/** The one mapper of a source. */
export function mapper(source: SignalSource): Mapper {
  return MAPPERS[source];
}
