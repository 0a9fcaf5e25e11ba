import { bucketLedger, type Fetching, urlSource } from '../shared/ledger/verifier/index.ts';
import { cliError, EXIT, type Options, textOption } from './command.ts';
import { s3Signer } from './sign-s3.ts';

/** What names a bucket's whereabouts, for the usage lines. */
export const BUCKET_OPTIONS = {
  endpoint: { type: 'string', text: 'of a bucket: the S3 endpoint, where it is not that of AWS' },
  tail: {
    type: 'string',
    text: "of a bucket: the URL of the ledger's API, for what is in no full tile yet, and for the age",
  },
} as const;

/**
 * A ledger in a bucket, read as who the environment names (AWS_ACCESS_KEY_ID ...) or as nobody. A bucket holds full files
 * alone: without `--tail` only the checkpoints that they reach are checked, and no age. Throws CliError.
 */
export function bucketPlace(named: string, options: Options, fetching: Fetching) {
  const [, bucket = '', prefix = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/?$/.exec(named) ?? [];
  if (bucket === '') throw cliError(`${named} is no bucket: s3://name or s3://name/prefix`, EXIT.usage);
  // biome-ignore lint/style/noProcessEnv: a command line takes its credentials from the environment
  const environment = process.env;
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1';
  const endpoint = textOption(options, 'endpoint') ?? environment.AWS_ENDPOINT_URL_S3;
  const tail = textOption(options, 'tail');
  const ledger = bucketLedger(
    {
      base: baseOf({ bucket, region, ...(endpoint !== undefined && { endpoint }) }),
      prefix: prefix === '' ? '' : `${prefix}/`,
      headersFor: s3Signer(environment, region),
      ...(tail !== undefined && { tail: urlSource(tail, fetching) }),
    },
    fetching,
  );
  return tail === undefined ? { source: ledger.source, alone: ledger } : { source: ledger.source };
}

function baseOf({ bucket, region, endpoint }: { bucket: string; region: string; endpoint?: string }): string {
  if (endpoint !== undefined) return `${endpoint.replace(/\/+$/, '')}/${bucket}`;
  // A certificate of AWS covers one label before the service's name.
  if (bucket.includes('.')) return `https://s3.${region}.amazonaws.com/${bucket}`;
  return `https://${bucket}.s3.${region}.amazonaws.com`;
}
