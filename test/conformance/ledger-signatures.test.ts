import { webcrypto } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { nodeCryptography } from '../../shared/ledger/node-crypto.ts';
import { rawEcdsa } from '../../shared/ledger/verifier/ecdsa-der.ts';
import { type Cryptography, webCryptography } from '../../shared/ledger/verifier/index.ts';
import { absent, bytesOf, ledgerVectors } from './ledger-vectors.ts';

type Case = { tcId: number; comment: string; msg: string; sig: string; result: 'valid' | 'invalid' };
type Wycheproof = {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk?: string };
    readonly publicKeyDer: string;
    readonly tests: readonly Case[];
  }[];
};

const DOORS = [
  ['Node', nodeCryptography()],
  ['WebCrypto', webCryptography(webcrypto.subtle)],
] as const;

describe.skipIf(absent).each(DOORS)(
  'project Wycheproof on %s (skipped without the handbook)',
  (_, crypto) => {
    test('Ed25519: 88 signatures are accepted, 63 refused', async () => {
      const counts = await judged('wycheproof_ed25519', ({ publicKey: { pk = '' } }) => ({
        check: ({ msg, sig }) =>
          crypto.checkSignature({ algorithm: 'ed25519', bytes: bytesOf(pk) }, bytesOf(msg), bytesOf(sig)),
      }));
      expect(counts).toEqual({ valid: 88, invalid: 63, wrong: [] });
    });

    test('P-256 in DER, as notes of type 0x02 carry it: 174 signatures are accepted, 310 refused', async () => {
      const counts = await judged('wycheproof_p256_sha256_der', ({ publicKeyDer }) => ({
        check: ({ msg, sig }) => {
          const raw = rawEcdsa(bytesOf(sig));
          return raw === undefined ? false : p256(crypto, publicKeyDer, msg, raw);
        },
      }));
      expect(counts).toEqual({ valid: 174, invalid: 310, wrong: [] });
    });

    test('P-256 as r || s, as the two doors take it: 173 signatures are accepted, 89 refused', async () => {
      const counts = await judged('wycheproof_p256_sha256_p1363', ({ publicKeyDer }) => ({
        check: ({ msg, sig }) => p256(crypto, publicKeyDer, msg, bytesOf(sig)),
      }));
      expect(counts).toEqual({ valid: 173, invalid: 89, wrong: [] });
    });
  },
);

function p256({ checkSignature }: Cryptography, der: string, msg: string, raw: Uint8Array) {
  return checkSignature({ algorithm: 'p256', spki: bytesOf(der) }, bytesOf(msg), raw);
}

type Group = Wycheproof['testGroups'][number];
type Check = { readonly check: (each: Case) => boolean | Promise<boolean> };

async function judged(file: string, of: (group: Group) => Check) {
  const counts = { valid: 0, invalid: 0, wrong: [] as string[] };
  for (const group of ledgerVectors<Wycheproof>(file).testGroups) {
    const { check } = of(group);
    for (const each of group.tests) {
      const accepted = await check(each);
      counts[each.result] += 1;
      if (accepted !== (each.result === 'valid')) counts.wrong.push(`${each.tcId} ${each.comment}`);
    }
  }
  return counts;
}
