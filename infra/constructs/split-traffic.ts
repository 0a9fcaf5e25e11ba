import { ArnFormat, CfnParameter, Stack } from 'aws-cdk-lib';
import type { HoldfastFunction } from './function.ts';
import type { OutsideWorld } from './outside-world.ts';
import type { WorkTable } from './work-table.ts';

type SplitTrafficProps = { readonly work: WorkTable; readonly world: OutsideWorld };

/** Weights of aliases, and what is measured behind them. Whoever judges reads both and moves neither. */
export class SplitTraffic {
  private readonly props: SplitTrafficProps;

  constructor(props: SplitTrafficProps) {
    this.props = props;
  }

  /** Read how an alias splits, and which version carries which commit. */
  grantReadTraffic(fn: HoldfastFunction): void {
    fn.allow(['lambda:GetAlias', 'lambda:ListVersionsByFunction'], [managedFunctions(fn)]);
  }

  /** Move an alias as the one holder of its lease. */
  grantShiftTraffic(fn: HoldfastFunction): void {
    this.grantReadTraffic(fn);
    fn.allow(['lambda:UpdateAlias'], [managedFunctions(fn)]);
    this.props.work.grantLeases(fn);
  }

  /** Read counts. GetMetricData knows neither resources nor a condition on namespaces: any metric of the account can be read. */
  grantReadMetrics(fn: HoldfastFunction): void {
    fn.allow(['cloudwatch:GetMetricData'], ['*']);
    this.props.world.grantReach(fn);
  }
}

/** The functions that a stack's roles may touch, by a name that whoever deploys gives. Without one there are none. */
function managedFunctions(fn: HoldfastFunction): string {
  const stack = Stack.of(fn);
  const found = stack.node.tryFindChild('ManagedFunctions');
  const name =
    found instanceof CfnParameter
      ? found
      : new CfnParameter(stack, 'ManagedFunctions', {
          default: 'holdfast-manages-none',
          description: 'Name of the functions whose aliases Holdfast may move; * and ? are wildcards.',
        });
  return stack.formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: name.valueAsString,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
