import { ArnFormat, CfnParameter, type CfnParameterProps, Stack } from 'aws-cdk-lib';
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

  /** Read how an alias splits, and nothing else. */
  grantReadSplit(fn: HoldfastFunction): void {
    fn.allow(['lambda:GetAlias'], [managedFunctions(fn)]);
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
    this.props.world.grantMeasure(fn);
    const provider = parameter(fn, 'LambdaMetrics', {
      default: 'cloudwatch',
      allowedValues: ['cloudwatch', 'prometheus'],
      description: 'Where the calls of functions are counted.',
    });
    fn.addEnvironment('LAMBDA_METRICS', provider);
  }
}

/** The functions that a stack's roles may touch, by a name that whoever deploys gives. Without one there are none. */
function managedFunctions(fn: HoldfastFunction): string {
  const resourceName = parameter(fn, 'ManagedFunctions', {
    default: 'holdfast-manages-none',
    description: 'Name of the functions whose aliases Holdfast may move; * and ? are wildcards.',
  });
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  return Stack.of(fn).formatArn({ service: 'lambda', resource: 'function', resourceName, arnFormat });
}

/** A parameter of the function's stack, declared where it is asked for first. */
function parameter(fn: HoldfastFunction, name: string, props: CfnParameterProps): string {
  const stack = Stack.of(fn);
  const found = stack.node.tryFindChild(name);
  return (found instanceof CfnParameter ? found : new CfnParameter(stack, name, props)).valueAsString;
}
