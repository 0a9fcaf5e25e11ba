import { listAt, numberAt, parseJson, textAt } from '../aws/shapes.ts';
import { compilePattern } from '../events/matcher.ts';
import { identify } from '../template/identities.ts';
import type { Resource } from '../types.ts';

/** An event source mapping of a stream, read from the template. Waits are ms and already scaled by the speed. */
export type Mapping = {
  readonly id: string;
  readonly functionArn: string;
  readonly table: string;
  readonly streamArn: string;
  readonly batchSize: number;
  readonly window: number;
  readonly matches: (record: unknown) => boolean;
  /** Attempts after the first. */
  readonly retries: number;
  /** ARN of the bucket that takes what is given up. */
  readonly onFailure: string;
};

// AWS gathers a batch for up to five minutes; nobody waits that long for a laptop.
const LONGEST_WINDOW_MS = 1000;

/** The stream mappings of the template. Throws for a mapping over a source, or to a destination, that is not run. */
export function mappingsOf(resources: readonly Resource[], speed: number): readonly Mapping[] {
  return resources
    .filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => !textAt(properties, 'EventSourceArn')?.startsWith('arn:aws:sqs:'))
    .map((resource) => {
      const { properties, logicalId } = resource;
      const streamArn = textAt(properties, 'EventSourceArn') ?? '';
      const table = /:table\/([^/]+)\/stream\//.exec(streamArn)?.[1];
      const onFailure = textAt(properties, 'DestinationConfig', 'OnFailure', 'Destination') ?? '';
      const retries = numberAt(properties, 'MaximumRetryAttempts') ?? -1;
      const answers = listAt(properties, 'FunctionResponseTypes');
      const runs =
        answers.includes('ReportBatchItemFailures') &&
        properties.BisectBatchOnFunctionError === true &&
        onFailure.startsWith('arn:aws:s3:') &&
        properties.Enabled !== false;
      if (table === undefined || retries < 0 || !runs) {
        throw new Error(
          `${logicalId}: only mappings over a queue, or over a table's stream that halve, answer in parts, retry finitely and fail to a bucket are run`,
        );
      }
      const window = (numberAt(properties, 'MaximumBatchingWindowInSeconds') ?? 0) * 1000;
      return {
        ...{ id: identify(resource).Ref, table, streamArn, onFailure },
        functionArn: textAt(properties, 'FunctionName') ?? '',
        batchSize: numberAt(properties, 'BatchSize') ?? 100,
        window: Math.min(window / speed, LONGEST_WINDOW_MS),
        matches: filterOf(listAt(properties, 'FilterCriteria', 'Filters')),
        retries,
      };
    });
}

function filterOf(filters: readonly unknown[]): (record: unknown) => boolean {
  const patterns = filters.map((filter) => compilePattern(parseJson(textAt(filter, 'Pattern') ?? '')));
  return (record) => patterns.length === 0 || patterns.some((matches) => matches(record));
}
