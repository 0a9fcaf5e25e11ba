import type { HoldfastFunction } from './function.ts';
import type { SecretList } from './secret-lists.ts';

type OutsideWorldProps = {
  readonly forgeUrl: string;
  readonly argocdUrl: string;
  readonly prometheusUrl: string;
  readonly slackUrl: string;
  readonly slackChannel: string;
  readonly secrets: SecretList;
};

/** The forge, the delivery system and the metrics that Holdfast talks to: addresses, and the secrets to reach them. */
export class OutsideWorld {
  private readonly props: OutsideWorldProps;

  constructor(props: OutsideWorldProps) {
    this.props = props;
  }

  grantReach(fn: HoldfastFunction): void {
    fn.addEnvironment('FORGE_URL', this.props.forgeUrl);
    fn.addEnvironment('ARGOCD_URL', this.props.argocdUrl);
    fn.addEnvironment('PROMETHEUS_URL', this.props.prometheusUrl);
    this.props.secrets.grantRead(fn);
  }

  /** Read the forge, and reach nothing else. */
  grantForge(fn: HoldfastFunction): void {
    fn.addEnvironment('FORGE_URL', this.props.forgeUrl);
    this.props.secrets.grantRead(fn);
  }

  /** Read metrics, and reach nothing else. */
  grantMeasure(fn: HoldfastFunction): void {
    fn.addEnvironment('PROMETHEUS_URL', this.props.prometheusUrl);
    this.props.secrets.grantRead(fn);
  }

  /** Tell people in the chat, beside what `grantReach` gives. */
  grantTell(fn: HoldfastFunction): void {
    this.grantReach(fn);
    this.grantChat(fn);
  }

  /** Tell people in the chat, and reach nothing else; `FORGE_URL` is where links lead. */
  grantChat(fn: HoldfastFunction): void {
    this.grantForge(fn);
    fn.addEnvironment('SLACK_URL', this.props.slackUrl);
    fn.addEnvironment('SLACK_CHANNEL', this.props.slackChannel);
  }
}
