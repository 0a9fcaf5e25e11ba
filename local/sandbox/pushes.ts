const TRIES = 5;

/**
 * Pushes to one repository in turn. A merge at the forge may still come first; then the push is done again on what is
 * there now, as git tells a person to.
 */
export function inTurn(): <T>(push: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (push) => {
    const mine = last.then(() => again(push));
    last = mine.catch(() => undefined);
    return mine;
  };
}

async function again<T>(push: () => Promise<T>, attempt = 1): Promise<T> {
  try {
    return await push();
  } catch (thrown) {
    const moved = thrown instanceof Error && thrown.message.includes('moved during the push');
    if (!moved || attempt === TRIES) throw thrown;
    return again(push, attempt + 1);
  }
}
