import { ItemsUnwritten } from './batch-write.ts';
import type { Item } from './item.ts';

type Put = (items: readonly Item[]) => Promise<void>;

interface Asked {
  readonly items: readonly Item[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Puts the items of all who ask in the same turn of the event loop together: the messages of a batch are worked on side
 * by side, and a request for each of them would cost more than all that it writes. What the store refuses is put again,
 * by each who asked alone, so that an item that can't be written fails nobody else.
 */
export const gatherPuts = (put: Put): Put => {
  let waiting: Asked[] = [];

  const each = ({ items, done, failed }: Asked): Promise<void> => put(items).then(done, failed);

  const putAll = async (all: readonly Asked[]): Promise<void> => {
    const [first, ...others] = all;
    if (first === undefined) return;
    if (others.length === 0) return each(first);
    try {
      await put(all.flatMap(({ items }) => items));
      for (const { done } of all) done();
    } catch (error) {
      // Throttled, it is asked later, and not right away by each of them.
      if (error instanceof ItemsUnwritten) for (const { failed } of all) failed(error);
      else await Promise.all(all.map(each));
    }
  };

  return (items) =>
    new Promise((done, failed) => {
      if (waiting.length === 0) {
        setImmediate(() => {
          const all = waiting;
          waiting = [];
          void putAll(all);
        });
      }
      waiting.push({ items, done, failed });
    });
};
