import type { Command } from '../command.ts';
import { approvalsCommand, approveCommand, rejectCommand } from './approvals.ts';
import { autonomyCommand } from './autonomy.ts';
import { calibrateCommand } from './calibrate.ts';
import { demoCommand } from './demo.ts';
import { deployCommand } from './deploy.ts';
import { deploymentCommand, rolloutCommand } from './deployments.ts';
import { evaluatePolicyCommand } from './evaluate-policy.ts';
import { explainCommand } from './explain.ts';
import { judgeCommand } from './judge.ts';
import { killSwitchCommand } from './kill-switch.ts';
import { ledgerEraseCommand } from './ledger-erase.ts';
import { ledgerExportCommand } from './ledger-export.ts';
import { ledgerKeyCommand, ledgerProofCommand } from './ledger-proof.ts';
import { ledgerReplayCommand } from './ledger-replay.ts';
import { ledgerRotateKeyCommand } from './ledger-rotate-key.ts';
import { ledgerVerifyCommand } from './ledger-verify.ts';
import { ledgerVerifyProofCommand } from './ledger-verify-proof.ts';
import { localCommand } from './local.ts';
import { loginCommand, tokenCommand } from './login.ts';
import { peopleApplyCommand, peopleListCommand } from './people.ts';
import { planRolloutCommand } from './plan-rollout.ts';
import { breakGlassCommand, policyApplyCommand, policyShowCommand } from './policy.ts';
import { policyReplayCommand } from './policy-replay.ts';
import { policyTestCommand } from './policy-test.ts';
import { resetCommand, rollbackCommand } from './rollback.ts';
import { scoreCommand } from './score.ts';
import { serviceApplyCommand, serviceCheckCommand, serviceListCommand } from './service.ts';
import { signalsCommand } from './signals.ts';
import { simulateCommand } from './simulate.ts';
import { statusCommand } from './status.ts';
import { watchCommand } from './watch.ts';
import { witnessCommand } from './witness.ts';

/** Every command, in the order in which `holdfast --help` lists them. */
export const COMMANDS: readonly Command[] = [
  demoCommand,
  localCommand,
  loginCommand,
  tokenCommand,
  serviceApplyCommand,
  serviceListCommand,
  serviceCheckCommand,
  autonomyCommand,
  killSwitchCommand,
  peopleApplyCommand,
  peopleListCommand,
  deployCommand,
  statusCommand,
  watchCommand,
  explainCommand,
  deploymentCommand,
  rolloutCommand,
  rollbackCommand,
  approvalsCommand,
  approveCommand,
  rejectCommand,
  resetCommand,
  signalsCommand,
  scoreCommand,
  calibrateCommand,
  judgeCommand,
  planRolloutCommand,
  policyShowCommand,
  policyApplyCommand,
  policyTestCommand,
  policyReplayCommand,
  evaluatePolicyCommand,
  breakGlassCommand,
  simulateCommand,
  ledgerVerifyCommand,
  ledgerProofCommand,
  ledgerVerifyProofCommand,
  ledgerKeyCommand,
  ledgerRotateKeyCommand,
  ledgerExportCommand,
  ledgerReplayCommand,
  ledgerEraseCommand,
  witnessCommand,
];
