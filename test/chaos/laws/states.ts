import { unpack } from '../../../lib/adapters/dynamodb/blob.ts';
import type { BusinessEvent } from '../../../lib/domain/business/business-event.ts';
import type { Follow } from '../../../lib/domain/business/follower.ts';
import type { Grant } from '../../../lib/domain/journey/instance.ts';
import { DAY } from '../../unit/journey/life.ts';
import { asOfNow } from '../look.ts';
import { SEATS } from '../scenario.ts';
import type { Law } from './laws.ts';
import { ownersOf, peopleOf } from './people.ts';

/** Every accepted event took effect once, for whoever it belongs to in the end. */
export const eventsLaw: Law = (outcome) => {
  const counts = new Map<string, number>();
  for (const { visitor } of peopleOf(outcome)) {
    for (const [name, { count }] of Object.entries(visitor.state.events)) {
      counts.set(name, (counts.get(name) ?? 0) + count);
    }
  }
  const sent = new Map<string, Set<string>>();
  for (const input of outcome.inputs) {
    if (input.kind !== 'events') continue;
    for (const { type, name, messageId } of input.events) {
      if (type === 'track') sent.set(name, (sent.get(name) ?? new Set()).add(messageId));
    }
  }
  return [...sent].flatMap(([name, { size }]) =>
    counts.get(name) === size ? [] : [`${name} was sent ${size} times and counts ${counts.get(name)}`],
  );
};

/** Nothing of anybody is overdue: to look once more changes nothing. */
export const dueLaw: Law = (outcome) => {
  const generations = new Map<string, number>();
  const twice = outcome.house.seen.commits.flatMap(({ visitorId, effects }) =>
    effects.flatMap((effect) => {
      if (effect.kind !== 'timer') return [];
      const name = `${visitorId} ${effect.generation}`;
      const known = generations.get(name);
      generations.set(name, effect.due);
      return known !== undefined && known !== effect.due ? ['one timer was armed for two moments'] : [];
    }),
  );
  const overdue = peopleOf(outcome).flatMap((person) => {
    const { journeys } = person.visitor.state;
    const late = journeys.instances.flatMap(({ journeyId, waiting }) =>
      waiting?.due != null && waiting.due <= outcome.house.now ? [`${journeyId} waits since long`] : [],
    );
    const { visitor } = asOfNow(outcome.house, person);
    const moved =
      JSON.stringify(visitor) === JSON.stringify(person.visitor) ? [] : ['a look changes somebody'];
    return [...late, ...(late.length === 0 ? moved : [])];
  });
  return [...twice, ...overdue];
};

/** For so long before its end a follow, or an event, may miss the other, milliseconds. */
const MARGIN = DAY;

/** Whoever follows a subject knows the latest of its events of each type. */
export const revisionsLaw: Law = (outcome) => {
  const follows = outcome.log.flatMap((item) =>
    item.sk?.S?.startsWith('F#') && item.s?.B !== undefined ? [unpack(item.s.B) as Follow] : [],
  );
  const latest = outcome.log.flatMap((item) =>
    item.sk?.S?.startsWith('E#') && item.s?.B !== undefined ? [unpack(item.s.B) as BusinessEvent] : [],
  );
  return follows.flatMap(({ visitorId, subject, until, at }) =>
    latest.flatMap((event) => {
      if (event.subject !== subject) return [];
      const isMissed = until !== null && event.receivedAt > until - MARGIN;
      const isPast = event.receivedAt < at - 13 * DAY;
      if (isMissed || isPast) return [];
      const isKnown = ownersOf(outcome, visitorId).some(
        ({ visitor }) => visitor.state.subjects[`${event.type}\n${subject}`]?.messageId === event.messageId,
      );
      return isKnown ? [] : [`a follower has not heard of ${event.type}`];
    }),
  );
};

const holds = ({ status, expiresAt, poolId }: Grant, at: number): boolean =>
  poolId !== null && status === 'held' && (expiresAt === null || at < expiresAt);

/** There are as many seats as there are, at any moment. */
export const seatsLaw: Law = ({ house }) => {
  const holders = new Map<string, readonly Grant[]>();
  const found: string[] = [];
  for (const { visitorId, effects, state, writtenAt } of house.seen.commits) {
    // Nothing else changes who holds what.
    const isAboutGrants = effects.some(
      (effect) =>
        effect.kind === 'timeline' && (effect.entry.kind === 'grant' || effect.entry.kind === 'identity'),
    );
    if (!isAboutGrants && effects.length > 0) continue;
    const grants = state()?.grants.filter(({ poolId }) => poolId !== null) ?? [];
    if (grants.length === 0) holders.delete(visitorId);
    else holders.set(visitorId, grants);
    const held = Map.groupBy(
      new Map([...holders.values()].flat().map((grant) => [grant.grantId, grant])).values(),
      ({ poolId }) => poolId,
    );
    for (const its of held.values()) {
      const count = its.filter((grant) => holds(grant, writtenAt)).length;
      if (count > SEATS) found.push(`${count} people hold ${SEATS} seats`);
    }
  }
  return found;
};
