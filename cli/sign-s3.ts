import { createHash, createHmac } from 'node:crypto';

type Environment = Readonly<Record<string, string | undefined>>;

const EMPTY_HASH = createHash('sha256').digest('hex');

/**
 * The headers of a GET to S3 by AWS Signature Version 4, with the credentials of the environment; none without them: then
 * the bucket is asked as by anybody.
 */
export function s3Signer(
  environment: Environment,
  region: string,
  clock: () => Date = () => new Date(),
): (url: string) => Readonly<Record<string, string>> {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: session } = environment;
  if (id === undefined || secret === undefined) return () => ({});
  return (url) => {
    const { host, pathname, search } = new URL(url);
    const time = clock()
      .toISOString()
      .replaceAll(/[-:]|\.\d+/g, '');
    const headers = {
      host,
      'x-amz-content-sha256': EMPTY_HASH,
      'x-amz-date': time,
      ...(session !== undefined && { 'x-amz-security-token': session }),
    };
    const names = Object.keys(headers).join(';');
    const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
    const request = ['GET', pathname, search.slice(1), lines.join(''), names, EMPTY_HASH].join('\n');
    const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
    const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(request).digest('hex')].join(
      '\n',
    );
    const key = scope.split('/').reduce<string | Buffer>((from, part) => hmac(from, part), `AWS4${secret}`);
    const signature = hmac(key, text).toString('hex');
    const { host: _host, ...sent } = headers;
    const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    return { ...sent, authorization };
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
