import { anonymousKey, userKey } from '../identity/visitor-id.ts';
import type { VisitorEvent } from '../visitor/event.ts';

interface Group {
  events: VisitorEvent[];
  ids: string[];
}

/**
 * Parts events into groups of people who have nothing to do with each other: no event of one group names an id of
 * another. Groups can be played one after the other and end as if played all at once, while what is in memory stays
 * small and near: that is several times faster.
 *
 * @param events - in the order of their times, which each group keeps
 * Where there are business events, all are one group.
 *
 * @returns groups in the order of their first events
 */
export const groupByAcquaintance = (
  events: readonly VisitorEvent[],
): readonly (readonly VisitorEvent[])[] => {
  // Whom a business event reaches is known only once it is played.
  if (events.some(({ type }) => type === 'business')) return [events];
  const groups = new Map<string, Group>();
  const joined = new Set<Group>();
  const groupOf = (id: string): Group => {
    const present = groups.get(id);
    if (present !== undefined) return present;
    const group: Group = { events: [], ids: [id] };
    groups.set(id, group);
    return group;
  };
  /** The larger takes the smaller in, so that many joins of one person cost little. */
  const join = (a: Group, b: Group): Group => {
    if (a === b) return a;
    const [large, small] = a.ids.length >= b.ids.length ? [a, b] : [b, a];
    for (const id of small.ids) groups.set(id, large);
    large.ids.push(...small.ids);
    for (const event of small.events) large.events.push(event);
    small.events = [];
    joined.add(large);
    return large;
  };
  const position = new Map<VisitorEvent, number>();
  for (const event of events) {
    let group: Group | null = null;
    for (const id of idsOf(event)) group = group === null ? groupOf(id) : join(group, groupOf(id));
    group?.events.push(event);
  }
  if (joined.size > 0) {
    for (const [index, event] of events.entries()) position.set(event, index);
    for (const group of joined) {
      group.events.sort((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0));
    }
  }
  return [...new Set(groups.values())].map((group) => group.events);
};

/** Every id that an event names, under both kinds where it does not say of which it is. */
const idsOf = ({ userId, anonymousId, previousId }: VisitorEvent): readonly string[] => {
  if (anonymousId === undefined && previousId === undefined)
    return userId === undefined ? [] : [userKey(userId)];
  return [
    ...(userId === undefined ? [] : [userKey(userId)]),
    ...(anonymousId === undefined ? [] : [anonymousKey(anonymousId)]),
    ...(previousId === undefined ? [] : [anonymousKey(previousId), userKey(previousId)]),
  ];
};
