import type { Item } from './expressions.ts';

interface Partition {
  readonly items: Map<string, Item>;
  /** Sort keys in order; null where they have to be sorted anew. */
  sorted: readonly string[] | null;
}

/** A table with the string keys `pk` and `sk`, or an index with others. */
export class MemoryTable {
  readonly #partitions = new Map<string, Partition>();

  get(pk: string, sk: string): Item | undefined {
    return this.#partitions.get(pk)?.items.get(sk);
  }

  put(pk: string, sk: string, item: Item): void {
    const partition = this.#partitions.get(pk) ?? { items: new Map(), sorted: null };
    this.#partitions.set(pk, partition);
    if (!partition.items.has(sk)) partition.sorted = null;
    partition.items.set(sk, item);
  }

  delete(pk: string, sk: string): void {
    const partition = this.#partitions.get(pk);
    if (partition?.items.delete(sk) === true) partition.sorted = null;
  }

  /** The items of a partition in the order of their sort keys. */
  inOrder(pk: string): readonly (readonly [sk: string, item: Item])[] {
    const partition = this.#partitions.get(pk);
    if (partition === undefined) return [];
    partition.sorted ??= [...partition.items.keys()].sort();
    return partition.sorted.flatMap((sk) => {
      const item = partition.items.get(sk);
      return item === undefined ? [] : [[sk, item] as const];
    });
  }

  /** Every item, in no order. */
  *all(): Generator<Item> {
    for (const { items } of this.#partitions.values()) yield* items.values();
  }
}
