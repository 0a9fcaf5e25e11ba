import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import { parse, type Reader, type Request } from './connection.ts';

const PAGE = 100;
const MOST_PAGES = 30;

/**
 * Every item of a list, page by page by number: the addresses that answers name are never followed. Throws
 * Malformed when there are more than 3,000, since a list that is cut short would be taken for the whole.
 */
export async function allPages<T extends z.ZodType>(
  reader: Reader,
  request: Request,
  item: T,
  field?: string,
): Promise<readonly z.infer<T>[]> {
  const items: z.infer<T>[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = await reader.call({
      ...request,
      parameters: { ...request.parameters, per_page: PAGE, page },
    });
    if (answer.status >= 300) return items;
    const found = parse(
      z.array(item),
      field === undefined ? answer.data : inside(answer.data, field),
      request.route,
    );
    items.push(...found);
    if (found.length < PAGE) return items;
  }
  throw new Fault('Malformed', `${request.route} lists more than ${MOST_PAGES * PAGE} items`);
}

function inside(data: unknown, field: string): unknown {
  const parsed = z.looseObject({ [field]: z.unknown() }).safeParse(data);
  return parsed.success ? parsed.data[field] : undefined;
}
