import type { Item } from './item.ts';

/** How tombstones look in the visitors table; the only place that knows. */
export const tombstoneKey = (name: string): Item => ({ pk: { S: `tombstone#${name}` }, sk: { S: 'T' } });

/** When they were erased, milliseconds since 1970; null where there is no tombstone. */
export const erasedAtOf = (item: Item | undefined): number | null =>
  item?.at?.N === undefined ? null : Number(item.at.N);
