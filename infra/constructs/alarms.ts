import type { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** `<Capability>/<Subject>/<Condition>`: the alarm's name, and the heading of its page in docs/runbook.md. */
type AlarmName = `${string}/${string}/${string}`;

type HoldfastAlarmProps = {
  readonly name: AlarmName;
  /** What it means, in one sentence. */
  readonly meaning: string;
  readonly metric: IMetric;
  /** It rings above this value (below it for a metric that must be there). */
  readonly threshold: number;
  readonly below?: boolean;
  /** Periods that must breach in a row. */
  readonly periods?: number;
  /**
   * Missing data breaches: for what must be heard from. Fill its gaps as well (`sumOf`): CloudWatch looks further back for
   * real data points before it counts a gap, so that three silent periods alone ring after five.
   */
  readonly missingBreaches?: boolean;
};

/** An alarm that says which page of the runbook helps. */
export class HoldfastAlarm extends Alarm {
  constructor(scope: Construct, props: HoldfastAlarmProps) {
    super(scope, props.name.replaceAll('/', ''), {
      alarmName: props.name,
      alarmDescription: `${props.meaning} See docs/runbook.md#${headingSlug(props.name)}`,
      metric: props.metric,
      threshold: props.threshold,
      comparisonOperator: props.below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: props.periods ?? 1,
      treatMissingData: props.missingBreaches ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }
}

/** The anchor that Markdown gives a heading with the alarm's name: lower case, without its slashes. */
function headingSlug(name: AlarmName): string {
  return name.replaceAll('/', '').toLowerCase();
}

/** A metric of our own; without dimensions over all services: alarms do not roll up over them. */
export function ownMetric(
  metricName: string,
  statistic: string,
  period: Duration,
  dimensionsMap?: Readonly<Record<string, string>>,
): Metric {
  return new Metric({
    namespace: 'Holdfast',
    metricName,
    statistic,
    period,
    ...(dimensionsMap !== undefined && { dimensionsMap }),
  });
}

/** The sum of several metrics; one that was not emitted counts 0. */
export function sumOf(metrics: readonly IMetric[], period: Duration): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  const expression = metrics.map((_metric, index) => `FILL(m${index}, 0)`).join(' + ');
  return new MathExpression({ expression, usingMetrics, period });
}
