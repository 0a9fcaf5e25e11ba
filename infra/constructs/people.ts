import { Aws, Duration, Fn, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  FeaturePlan,
  Mfa,
  OAuthScope,
  UserPool,
  type UserPoolClient,
  UserPoolClientIdentityProvider,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { ROLES } from '../../shared/approvals/contract.ts';

/** Where `holdfast login` listens for the answer of the sign-in page. */
const LOOPBACK_CALLBACK = 'http://localhost:4760/callback';

/** The people of a deployment that brings no issuer of its own: a user pool with a group per role. */
export class People extends Construct {
  readonly userPool: UserPool;
  readonly client: UserPoolClient;
  /** As it stands in `iss`; its metadata names the sign-in page. */
  readonly issuer: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.userPool = new UserPool(this, 'UserPool', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 14,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
      },
      featurePlan: FeaturePlan.ESSENTIALS,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(this.userPool).acknowledge({
      id: 'AwsSolutions-COG8',
      reason: 'The Plus plan is charged per user and month; a second factor is required of everyone instead.',
    });
    ROLES.forEach((role, index) => {
      // Lower precedence wins: the strongest group is the preferred one.
      this.userPool.addGroup(`Group${role}`, { groupName: role, precedence: ROLES.length - index });
    });
    this.client = this.userPool.addClient('CommandLine', {
      generateSecret: false,
      authFlows: {},
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
        callbackUrls: [LOOPBACK_CALLBACK],
      },
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      preventUserExistenceErrors: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(1),
    });
    this.userPool.addDomain('SignIn', { cognitoDomain: { domainPrefix: uniquePrefix() } });
    this.issuer = this.userPool.userPoolProviderUrl;
  }

  /** The pool as the authorizer's list of issuers (JSON). */
  issuers(): string {
    return `[{"issuer":"${this.issuer}","audience":"${this.client.userPoolClientId}","groupsClaim":"cognito:groups"}]`;
  }
}

/** Sign-in domains are unique in a region over all accounts; the stack's own id makes ours so. */
function uniquePrefix(): string {
  const stackUuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return `holdfast-${Fn.select(4, Fn.split('-', stackUuid))}`;
}
