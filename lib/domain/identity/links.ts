import { compareStamps, type Stamp } from '../stamp.ts';

/** That an id is (from then on) a person: the visitor id of the person's key, with the event that said so. */
export interface Link extends Stamp {
  readonly to: string;
}

/** Links kept of one id, newest. */
export const MAX_LINKS = 16;

/** The links of an id after one more; the same one again changes nothing. */
export const addLink = (links: readonly Link[], link: Link): readonly Link[] => {
  if (links.some((present) => compareStamps(present, link) === 0)) return links;
  const next = [...links, link].sort(compareStamps);
  return next.filter((item, index) => item.to !== next[index - 1]?.to).slice(-MAX_LINKS);
};

/**
 * Whom an event of a linked id belongs to: the person it had last been linked to when it happened; what happened
 * before the first link belongs to the first (their past came along).
 */
export const linkAt = (links: readonly Link[], stamp: Stamp): string | null => {
  const last = links.findLast((link) => compareStamps(link, stamp) <= 0) ?? links[0];
  return last?.to ?? null;
};

/** Who the id is now. */
export const linkNow = (links: readonly Link[]): string | null => links.at(-1)?.to ?? null;
