import * as z from 'zod';
import { Fault } from '../../shared/kernel/index.ts';

type AttributeValue = Readonly<Record<string, unknown>>;
export const Image = z.record(z.string(), z.record(z.string(), z.unknown()));
export type Image = z.infer<typeof Image>;

/** A stream's image as plain JSON; sets become lists. Throws Fault('Malformed') for a type that DynamoDB does not have. */
export function plain(image: Image): Record<string, unknown> {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: AttributeValue): unknown {
  const [type, content] = Object.entries(value)[0] ?? [];
  switch (type) {
    case 'S':
    case 'BOOL':
    case 'SS':
    case 'B':
    case 'BS':
      return content;
    case 'N':
      return Number(content);
    case 'NS':
      return (content as readonly string[]).map(Number);
    case 'NULL':
      return null;
    case 'L':
      return (content as readonly AttributeValue[]).map(plainValue);
    case 'M':
      return plain(content as Image);
    default:
      throw new Fault('Malformed', `the stream carries an attribute of type ${type}`);
  }
}
