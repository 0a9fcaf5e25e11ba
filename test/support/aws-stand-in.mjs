#!/usr/bin/env node
// Stands in for the AWS CLI before lines of the runbook: takes down what it is asked, and answers from the state in
// AWS_STAND_IN. The first batch of a table is taken by half, as by a throttled one.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

// biome-ignore lint/style/noProcessEnv: a command is told by its environment where its state and its account are
const { AWS_STAND_IN: folder = '', AWS_PROFILE: profile = '' } = process.env;
const args = process.argv.slice(2);
const file = `${folder}/state.json`;
const state = JSON.parse(readFileSync(file, 'utf8'));
const after = (/** @type {string} */ name) => args[args.indexOf(name) + 1] ?? '';
const account = args.includes('--profile') ? after('--profile') : profile;
const table = after('--table-name');
appendFileSync(`${folder}/asked.jsonl`, `${JSON.stringify({ account, args })}\n`);
state[account] ??= {};

/** @type {Record<string, () => unknown>} */
const ANSWERS = {
  'list-stack-resources': () => {
    const prefix = /LogicalResourceId, '(\w+)'/.exec(after('--query'))?.[1] ?? '';
    return state.resources
      .filter(([stack, id]) => stack === after('--stack-name') && id.startsWith(prefix))
      .map(([, id, type]) => `${type}\t${id}`)
      .join('\n');
  },
  'restore-table-to-point-in-time': () => {
    state[account][after('--target-table-name')] = state[account][after('--source-table-name')];
    return '{}';
  },
  scan: () => {
    if (state.unreadable === table) process.exit(255);
    const items = Object.values(state[account][table] ?? {});
    return JSON.stringify(args.includes('COUNT') ? items.length : items);
  },
  'batch-write-item': () => {
    const [[target, requests]] = Object.entries(
      JSON.parse(readFileSync(after('--request-items').replace(/^file:\/\//, ''), 'utf8')),
    );
    if (requests.length > 25) process.exit(254);
    const taken = state.order.includes(target) ? requests : requests.slice(0, 13);
    for (const { PutRequest: put } of taken) state[account][target][put.Item.pk.S] = put.Item;
    state.order.push(target);
    const left = requests.slice(taken.length);
    return JSON.stringify({ UnprocessedItems: left.length === 0 ? {} : { [target]: left } });
  },
  'delete-table': () => delete state[account][table] && '{}',
};
const answer = ANSWERS[args[1] ?? '']?.() ?? '';
writeFileSync(file, JSON.stringify(state));
process.stdout.write(`${answer}\n`);
