import { describe, expect, test } from 'vitest';
import { ofType, plain, roleStatements, type Statement, synthesise } from './synthesised.ts';

const resources = synthesise();
const statements = roleStatements(resources);
const SEALS = 'HoldfastControlPlane/Ledger/SealDecisionsRole';
const PUBLISHES = 'HoldfastLedger/Checkpoints/PublishCheckpointRole';
const ROTATES = 'HoldfastLedger/Keeping/RotateLedgerKeyRole';
const writes = /^dynamodb:(PutItem|UpdateItem|DeleteItem|BatchWriteItem|PartiQL\w+)$/;

function holding(action: string, part = ''): readonly Statement[] {
  return statements.filter(
    (each) => each.actions.includes(action) && each.resources.some((name) => name.includes(part)),
  );
}

function roles(found: readonly Statement[]): readonly string[] {
  return [...new Set(found.map((each) => each.of))].sort();
}

describe("the ledger's keys", () => {
  test('sign for who publishes and who rotates, and for no other role', () => {
    expect(
      roles(statements.filter(({ actions }) => actions.some((action) => /^kms:(?!Get)/.test(action)))),
    ).toEqual([PUBLISHES, ROTATES]);
    for (const { resources: keys } of holding('kms:Sign'))
      expect(keys.map((key) => /AttLedgerKey2?(?=[0-9A-F]{8}Arn)/.exec(key)?.[0]).sort()).toEqual([
        'AttLedgerKey',
        'AttLedgerKey2',
      ]);
  });

  test('are one and a spare: Ed25519, kept when their stack goes, and the account decides by roles alone', () => {
    const keys = ofType(resources, 'AWS::KMS::Key');
    expect(keys.map(({ path }) => path.split('/')[1])).toEqual(['LedgerKey', 'LedgerKey2']);
    const aliases = ofType(resources, 'AWS::KMS::Alias').map(({ Properties }) => Properties.AliasName);
    expect(aliases).toEqual(['alias/holdfast-ledger', 'alias/holdfast-ledger-2']);
    for (const key of keys) {
      expect(key).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      expect(key.Properties).toMatchObject({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' });
      const { Statement } = plain(key.Properties.KeyPolicy) as {
        Statement: { Principal: { AWS: string } }[];
      };
      expect(Statement).toHaveLength(1);
      expect(Statement[0]?.Principal.AWS).toMatch(/:root$/);
    }
  });
});

describe('the items of the ledger', () => {
  const condition = (of: string) =>
    statements.find((each) => each.of === of && each.actions.includes('dynamodb:PutItem') && onTable(each))
      ?.condition;
  const onTable = ({ resources: names }: Statement) =>
    names.some((name) => /AttLedger[0-9A-F]{8}Arn/.test(name));

  test('are put by who seals and who publishes, each its own, and never changed', () => {
    const found = statements.filter(
      (each) => onTable(each) && each.actions.some((action) => writes.test(action)),
    );
    expect(roles(found)).toEqual(expect.arrayContaining([SEALS, PUBLISHES]));
    for (const each of found) expect(each.actions).toEqual(['dynamodb:PutItem']);
    const others = found.filter((each) => each.of !== PUBLISHES);
    expect(new Set(others.map((each) => JSON.stringify(each.condition)))).toHaveProperty('size', 1);
    expect(condition(SEALS)).toEqual({
      'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] },
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['E#*', 'HEAD#*'] },
    });
    const keys = JSON.stringify(plain(condition(PUBLISHES)));
    expect(keys).toMatch(/"CHECKPOINT#\$\{[^"]+","TILES#\$\{[^"]+"/);
  });
});

describe("the ledger's files", () => {
  test('are written by who publishes, statements of keys by who rotates, and deleted by none', () => {
    expect(roles(holding('s3:PutObject', 'BucketsLedger'))).toEqual([PUBLISHES, ROTATES]);
    const [rotates] = holding('s3:PutObject', 'BucketsLedger').filter(({ of }) => of === ROTATES);
    expect(rotates?.resources).toEqual([expect.stringMatching(/\/key\/\*$/)]);
    const deletes = statements.filter(({ actions }) =>
      actions.some((action) => /^s3:(Delete|Bypass|PutObjectR)/.test(action)),
    );
    expect(deletes).toEqual([]);
  });

  test('are refused without If-None-Match, whoever writes them', () => {
    const [policy] = ofType(resources, 'AWS::S3::BucketPolicy').filter(({ logicalId }) =>
      logicalId.startsWith('BucketsLedgerPolicy'),
    );
    const { Statement } = plain(policy?.Properties.PolicyDocument) as {
      Statement: Record<string, unknown>[];
    };
    const once = Statement.find(({ Sid }) => Sid === 'OnlyWhatIsNotThere');
    expect(once).toMatchObject({
      ...{ Effect: 'Deny', Action: 's3:PutObject', Principal: { AWS: '*' } },
      Condition: { Null: { 's3:if-none-match': 'true' } },
    });
    expect(JSON.stringify(once?.Resource)).toMatch(/checkpoint\/\*.*key\/\*.*tile\/\*/);
  });
});

test('sealing may ask for a checkpoint, and sign none', () => {
  expect(roles(holding('sqs:SendMessage', 'LedgerCheckpoints'))).toEqual(
    expect.arrayContaining([SEALS, PUBLISHES]),
  );
  const sealing = statements.filter((each) => each.of === SEALS).flatMap(({ actions }) => actions);
  expect(sealing.filter((action) => action.startsWith('kms:') || action === 's3:GetObjectVersion')).toEqual(
    [],
  );
});
