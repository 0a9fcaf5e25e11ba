export type Queued<Event> = { readonly at: number; readonly event: Event };
export type EventQueue<Event> = {
  readonly push: (at: number, event: Event) => void;
  /** The earliest; of two at the same time the one that was pushed first. Undefined when there is none. */
  readonly pop: () => Queued<Event> | undefined;
};

type Entry<Event> = Queued<Event> & { readonly turn: number };

/**
 * What happens next in a simulation: a binary heap beside what is known from the beginning, in the order of time; of two at
 * the same time the latter goes first.
 */
export function eventQueue<Event>(known: readonly Queued<Event>[] = []): EventQueue<Event> {
  const heap: Entry<Event>[] = [];
  let turn = 0;
  let taken = 0;
  return {
    push: (at, event) => {
      heap.push({ at, event, turn });
      turn += 1;
      rise(heap, heap.length - 1);
    },
    pop: () => {
      const [first] = heap;
      const given = known[taken];
      if (given !== undefined && (first === undefined || given.at <= first.at)) {
        taken += 1;
        return given;
      }
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (heap.length > 0) {
        heap[0] = last;
        sink(heap);
      }
      return first;
    },
  };
}

function isBefore(one: Entry<unknown> | undefined, other: Entry<unknown> | undefined): boolean {
  if (one === undefined || other === undefined) return other === undefined && one !== undefined;
  return one.at === other.at ? one.turn < other.turn : one.at < other.at;
}

function swap<Event>(heap: Entry<Event>[], one: number, other: number): void {
  const [left, right] = [heap[one], heap[other]];
  if (left === undefined || right === undefined) return;
  heap[one] = right;
  heap[other] = left;
}

function rise<Event>(heap: Entry<Event>[], from: number): void {
  let index = from;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!isBefore(heap[index], heap[parent])) return;
    swap(heap, index, parent);
    index = parent;
  }
}

function sink<Event>(heap: Entry<Event>[]): void {
  let index = 0;
  for (;;) {
    const [left, right] = [2 * index + 1, 2 * index + 2];
    const least = isBefore(heap[right], heap[left]) ? right : left;
    if (!isBefore(heap[least], heap[index])) return;
    swap(heap, index, least);
    index = least;
  }
}
