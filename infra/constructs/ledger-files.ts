import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DataStack } from '../stacks/data.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { HoldfastApi } from './http-api.ts';

type LedgerFilesProps = {
  readonly setting: FunctionSetting;
  readonly data: DataStack;
  readonly api: HoldfastApi;
  readonly ledgerId: string;
  readonly origin: string;
};

/** What anybody may read of the ledger without a token, and the proof of an entry for who may see it. */
export class LedgerFiles extends Construct {
  constructor(scope: Construct, id: string, props: LedgerFilesProps) {
    super(scope, id);
    const { data, api } = props;
    const checkpoint = this.make(props, 'GetCheckpoint', 'Serves the newest signed checkpoint');
    data.ledger.grantRead(checkpoint);
    api.servePublicFrom(this, checkpoint, 'GET /v1/ledger/checkpoint');

    const tiles = this.make(props, 'ReadTileFile', 'Serves the files of the ledger that a checkpoint covers');
    data.ledger.grantRead(tiles);
    data.buckets.grantReadLedger(tiles);
    api.servePublicFrom(this, tiles, 'GET /v1/ledger/tile/{proxy+}');

    const key = this.make(props, 'GetLedgerKey', 'Serves the verifier keys of the ledger');
    data.ledgerKeys.grantRead(key);
    data.ledger.grantRead(key);
    api.servePublicFrom(this, key, 'GET /v1/ledger/key');

    const statement = this.make(props, 'ReadKeyStatement', 'Serves the statements of later keys');
    data.buckets.grantReadKeyStatements(statement);
    api.servePublicFrom(this, statement, 'GET /v1/ledger/key/{generation}');

    const proof = this.make(props, 'ProveEntry', 'Proves that a decision is sealed');
    data.ledger.grantRead(proof);
    data.buckets.grantReadLedger(proof);
    api.serveFrom(this, proof, 'GET /v1/ledger/proof/{kind}/{id}/{rev}');
  }

  private make(props: LedgerFilesProps, name: string, description: string): HoldfastFunction {
    return new HoldfastFunction(this, name, {
      setting: props.setting,
      description,
      timeout: Duration.seconds(28),
      environment: {
        LEDGER_ID: props.ledgerId,
        LEDGER_ORIGIN: props.origin,
        // the adapter names the payloads table to those that only read the chain, too
        PAYLOADS_TABLE: props.data.tables.payloads.tableName,
      },
    });
  }
}
