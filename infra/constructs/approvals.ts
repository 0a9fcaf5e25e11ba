import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type FunctionSetting, HoldfastFunction } from './function.ts';

type ApprovalsProps = {
  readonly setting: FunctionSetting;
  /** JSON list of the stack's own issuers. */
  readonly issuers: string;
  /** JSON list of the issuers that the operator added. */
  readonly additionalIssuers: string;
};

/** Who people are, and what they may answer. */
export class Approvals extends Construct {
  readonly authorizeRequest: HoldfastFunction;

  constructor(scope: Construct, id: string, props: ApprovalsProps) {
    super(scope, id);
    this.authorizeRequest = new HoldfastFunction(this, 'AuthorizeRequest', {
      setting: props.setting,
      description: 'Says who calls: verifies the bearer token against the list of issuers',
      timeout: Duration.seconds(8),
      environment: { ISSUERS: props.issuers, ADDITIONAL_ISSUERS: props.additionalIssuers },
    });
  }
}
