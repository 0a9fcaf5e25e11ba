import { expect, test } from 'vitest';
import { s3Signer } from '../../cli/sign-s3.ts';

const environment = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const clock = () => new Date('2013-05-24T00:00:00.000Z');

test("the signature is that of AWS's own example: Signature Calculations, GET Bucket (List Objects)", () => {
  const headers = s3Signer(
    environment,
    'us-east-1',
    clock,
  )('https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J');
  expect(headers.authorization).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  );
  expect(headers['x-amz-date']).toBe('20130524T000000Z');
});

test('a session of a role sends its token, which is signed too', () => {
  const signed = s3Signer(
    { ...environment, AWS_SESSION_TOKEN: 'session' },
    'eu-west-1',
    clock,
  )('https://b.s3.amazonaws.com/a');
  expect(signed['x-amz-security-token']).toBe('session');
  expect(signed.authorization).toContain(
    'SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token',
  );
});

test('without credentials the bucket is asked as by anybody', () => {
  expect(s3Signer({}, 'us-east-1')('https://b.s3.amazonaws.com/a')).toEqual({});
});
