import type { TimelineEffect, TimelineEntry } from '../../domain/effect/effect.ts';
import { markOf } from '../../domain/hash.ts';
import { timelineKeyAt } from '../../domain/visitor/timeline.ts';
import { pack, unpack } from './blob.ts';
import type { Item } from './item.ts';

/** Sort keys of a story's lines begin with this; what follows is their place in it. */
const PREFIX = 'T#';

/** Sorts after every place. */
export const AFTER_ALL = 'T$';

/** For how long a story is told: thirteen months, so that the season of a year ago can be looked at. */
const LIFE_MS = 396 * 24 * 60 * 60_000;

/** An id may hold whatever a shop calls its carts: hashed, it can neither be read nor be too long. */
export const timelineItem = (
  visitorId: string,
  { id, at, order = 0, entry }: TimelineEffect,
  now: number,
): Item => ({
  pk: { S: visitorId },
  sk: { S: sortKeyOf(`${timelineKeyAt(at)}#${String(order).padStart(16, '0')}#${markOf(id)}`) },
  t: { B: pack({ at, entry }) },
  ttl: { N: String(Math.ceil((now + LIFE_MS) / 1000)) },
});

export const sortKeyOf = (place: string): string => PREFIX + place;

/** A line as it was written, with its place. */
export const readTimelineItem = (
  item: Item,
): { readonly key: string; readonly at: number; readonly entry: TimelineEntry } | null => {
  if (item.t?.B === undefined) return null;
  const line = unpack(item.t.B) as { readonly at: number; readonly entry: TimelineEntry };
  return { ...line, key: (item.sk?.S ?? '').slice(PREFIX.length) };
};
