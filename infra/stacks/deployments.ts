import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Deployments } from '../constructs/deployments.ts';
import { News } from '../constructs/news.ts';
import { Rollouts } from '../constructs/rollouts.ts';
import { ServiceCheck } from '../constructs/service-check.ts';
import { SplitTraffic } from '../constructs/split-traffic.ts';
import type { ControlPlaneStack } from './control-plane.ts';
import type { DataStack } from './data.ts';

type DeploymentsStackProps = StackProps & {
  readonly data: DataStack;
  readonly controlPlane: ControlPlaneStack;
};

/**
 * Deployments and rollouts: part of the control plane, in a stack of its own because one stack holds 500 resources at most
 * (ADR 0029). It depends on the control plane, never the other way.
 */
export class DeploymentsStack extends Stack {
  readonly rollouts: Rollouts;
  readonly deployments: Deployments;

  constructor(scope: Construct, id: string, props: DeploymentsStackProps) {
    super(scope, id, props);
    const { data, controlPlane } = props;
    const { setting, api, world, people, bus } = controlPlane;
    const shared = { setting, api, tables: data.tables, work: data.work };
    const traffic = new SplitTraffic({ work: data.work, world });
    this.rollouts = new Rollouts(this, 'Rollouts', { ...shared, traffic });
    this.deployments = new Deployments(this, 'Deployments', {
      ...shared,
      world,
      traffic,
      rollouts: this.rollouts,
    });
    new ServiceCheck(this, 'ServiceCheck', { ...shared, world, traffic });
    new News(this, 'News', { ...shared, world, bus });
    // whoever takes a person's answer wakes what asked
    for (const fn of people.answering) {
      this.rollouts.workflow.grantWake(fn);
      this.deployments.workflow.grantWake(fn);
    }
  }
}
