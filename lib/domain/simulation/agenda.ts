/** Things to be done at their times: a binary heap, so that thousands of timers cost little. */
export class Agenda<T> {
  readonly #heap: { readonly at: number; readonly order: number; readonly what: T }[] = [];
  #count = 0;

  /** When the first of them is, milliseconds since 1970; null where there is none. */
  get next(): number | null {
    return this.#heap[0]?.at ?? null;
  }

  /** Of the same moment, what was added first goes first. */
  add(at: number, what: T): void {
    const heap = this.#heap;
    const item = { at, order: this.#count++, what };
    let place = heap.length;
    heap.push(item);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(item, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = item;
  }

  /** Takes the first of them. */
  take(): { readonly at: number; readonly what: T } | null {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(item: { readonly at: number; readonly order: number; readonly what: T }): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      const left = heap[2 * place + 1];
      const right = heap[2 * place + 2];
      if (left === undefined) break;
      const [child, below] =
        right !== undefined && isBefore(right, left) ? [right, 2 * place + 2] : [left, 2 * place + 1];
      if (!isBefore(child, item)) break;
      heap[place] = child;
      place = below;
    }
    heap[place] = item;
  }
}

const isBefore = (
  a: { readonly at: number; readonly order: number },
  b: { readonly at: number; readonly order: number },
): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
