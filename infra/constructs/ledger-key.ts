import { RemovalPolicy } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { HoldfastFunction } from './function.ts';

/** A key that signs checkpoints. It never leaves KMS, and outlives its stack: what it signed must stay checkable. */
class LedgerKey extends Key {
  constructor(scope: Construct, id: string, alias: string) {
    super(scope, id, {
      description: 'Signs the checkpoints of the ledger',
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      alias,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}

// One in force and a spare, so that an emergency needs no deployment.
const KEYS = 2;
const MAX_KEYS = 20;

/** The ledger's keys in their order: the first, those that followed it, and a spare. Never take one away. */
export class LedgerKeys {
  private readonly arns: readonly string[];

  constructor(scope: Construct) {
    const keys = Array.from({ length: countOf(scope) }, (_, at) => {
      const number = at === 0 ? { id: '', alias: '' } : { id: `${at + 1}`, alias: `-${at + 1}` };
      return new LedgerKey(scope, `LedgerKey${number.id}`, `holdfast-ledger${number.alias}`);
    });
    this.arns = keys.map(({ keyArn }) => keyArn);
  }

  /** Sign. Two functions hold this: an auditor compares signatures in CloudTrail with what they published. */
  grantSign(fn: HoldfastFunction): void {
    this.grantRead(fn);
    fn.allow(['kms:Sign'], [...this.arns]);
  }

  /** Read the public halves. */
  grantRead(fn: HoldfastFunction): void {
    fn.addEnvironment('LEDGER_KEYS', this.arns.join(','));
    fn.allow(['kms:GetPublicKey'], [...this.arns]);
  }
}

/** How many, by the context: `-c ledgerKeys=3`. Throws a RangeError for what is no such number. */
function countOf(scope: Construct): number {
  const context: unknown = scope.node.tryGetContext('ledgerKeys') ?? KEYS;
  const count = Number(context);
  if (Number.isInteger(count) && count >= KEYS && count <= MAX_KEYS) return count;
  throw new RangeError(`ledgerKeys: "${String(context)}" is no number from ${KEYS} to ${MAX_KEYS}`);
}
