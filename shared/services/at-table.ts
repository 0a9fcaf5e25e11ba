import { type DecideDeps, isFault } from '../kernel/index.ts';
import { type AutonomyData, readAutonomyTable } from './autonomy.ts';

/** Each try that fails means that somebody else was done: so many at once are let go first. */
const MOST_TRIES = 10;

/**
 * Does what may find that somebody else changed the one table in the same moment. A change of what `concerns` it is a
 * conflict for whoever asks; any other is none, and it reads and decides again. Throws as the work does.
 */
export async function atTable<Result>(
  deps: DecideDeps,
  concerns: (table: AutonomyData) => unknown,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    const before = await readAutonomyTable(deps);
    try {
      return await work();
    } catch (thrown) {
      if (!isFault(thrown, 'Conflict') || tries >= MOST_TRIES) throw thrown;
      const now = await readAutonomyTable(deps);
      const moved = now.head?.rev !== before.head?.rev;
      if (!moved || JSON.stringify(concerns(now.data)) !== JSON.stringify(concerns(before.data)))
        throw thrown;
    }
  }
}
