import { compareStamps, type Stamp } from '../stamp.ts';

/** That an id is (from then on) a person: the visitor id of the person's key, with the event that said so. */
export interface Link extends Stamp {
  readonly to: string;
}

/** Links kept of one id, newest. */
export const MAX_LINKS = 16;

/** Links followed from an id to its person: anonymous → user → user that was merged …; there are no circles. */
export const MAX_HOPS = 100;

/** The links of an id after one more; one that says again who it is then changes nothing. */
export const addLink = (links: readonly Link[], link: Link): readonly Link[] => {
  if (links.some((present) => compareStamps(present, link) === 0)) return links;
  const all = [...links, link].sort(compareStamps);
  const next = all.filter((item, index) => item.to !== all[index - 1]?.to).slice(-MAX_LINKS);
  return isSame(links, next) ? links : next;
};

const isSame = (a: readonly Link[], b: readonly Link[]): boolean =>
  a.length === b.length && a.every((link, index) => link === b[index]);

/**
 * The link that an event of a linked id came by: the last one when it happened; what happened before the first
 * link belongs to the first (their past came along).
 */
export const linkOf = (links: readonly Link[], stamp: Stamp): Link | null =>
  links.findLast((link) => compareStamps(link, stamp) <= 0) ?? links[0] ?? null;

/** Whom an event of a linked id belongs to. */
export const linkAt = (links: readonly Link[], stamp: Stamp): string | null =>
  linkOf(links, stamp)?.to ?? null;

/** Who the id is now. */
export const linkNow = (links: readonly Link[]): string | null => links.at(-1)?.to ?? null;
