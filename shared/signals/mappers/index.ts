import type { SignalSource } from '../contract.ts';
import { mapAlertmanager } from './alertmanager.ts';
import { mapArgocd } from './argocd.ts';
import { mapCloudevents } from './cloudevents.ts';
import { mapCloudwatch } from './cloudwatch.ts';
import { mapCodedeploy } from './codedeploy.ts';
import { mapEcs } from './ecs.ts';
import { mapFis } from './fis.ts';
import { mapGeneric } from './generic.ts';
import { mapGithub } from './github.ts';
import { mapGrafana } from './grafana.ts';
import { mapHealth } from './health.ts';
import type { Mapper } from './mapped.ts';
import { mapPagerduty } from './pagerduty.ts';
import { mapSagemaker } from './sagemaker.ts';
import { mapSlack } from './slack.ts';

const MAPPERS: Readonly<Record<SignalSource, Mapper>> = {
  argocd: mapArgocd,
  alertmanager: mapAlertmanager,
  github: mapGithub,
  cloudevents: mapCloudevents,
  grafana: mapGrafana,
  slack: mapSlack,
  pagerduty: mapPagerduty,
  generic: mapGeneric,
  cloudwatch: mapCloudwatch,
  ecs: mapEcs,
  codedeploy: mapCodedeploy,
  sagemaker: mapSagemaker,
  health: mapHealth,
  fis: mapFis,
};

/** The one mapper of a source. */
export function mapper(source: SignalSource): Mapper {
  return MAPPERS[source];
}
