/**
 * What AWS charges, in US dollars: list prices of us-east-1 without free tier or discount, written down from general
 * knowledge on 2026-11-21 and to be checked against the price pages before anybody relies on them.
 */
export const PRICES_OF = '2026-11-21, us-east-1, list prices from general knowledge, to be checked';
export const PRICES = {
  'state transition (Standard workflow)': 25 / 1e6,
  'Lambda request': 0.2 / 1e6,
  'Lambda GB-second (arm64)': 0.0000133334,
  'DynamoDB write request unit (on demand, 1 KB; a transaction takes two)': 0.625 / 1e6,
  'DynamoDB read request unit (on demand, 4 KB, consistent)': 0.125 / 1e6,
  'EventBridge event': 1 / 1e6,
  'CloudWatch metric asked for (GetMetricData)': 10 / 1e6,
} as const;
export type Priced = keyof typeof PRICES;
