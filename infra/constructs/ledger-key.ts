import { RemovalPolicy } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { HoldfastFunction } from './function.ts';

/** The key that signs checkpoints. It never leaves KMS, and outlives its stack: what it signed must stay checkable. */
export class LedgerKey extends Key {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: 'Signs the checkpoints of the ledger',
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      alias: 'holdfast-ledger',
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Sign. One function holds this: an auditor compares its signatures in CloudTrail with what was published. */
  grantSignCheckpoints(fn: HoldfastFunction): void {
    this.grantReadKey(fn);
    fn.allow(['kms:Sign'], [this.keyArn]);
  }

  /** Read the public half. */
  grantReadKey(fn: HoldfastFunction): void {
    fn.addEnvironment('LEDGER_KEY', this.keyArn);
    fn.allow(['kms:GetPublicKey'], [this.keyArn]);
  }
}
