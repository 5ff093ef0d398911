import { outgoingAttributes, stateItem } from '../../lib/adapters/dynamodb/visitor-items.ts';
import type { CompiledCatalog } from '../../lib/domain/catalog/compiled.ts';
import type { Effect } from '../../lib/domain/effect/effect.ts';
import { userKey, visitorIdOf } from '../../lib/domain/identity/visitor-id.ts';
import { advance } from '../../lib/domain/journey/advance.ts';
import { seatEventOf } from '../../lib/domain/pool/seat-event.ts';
import { Agenda } from '../../lib/domain/simulation/agenda.ts';
import type { VisitorEvent } from '../../lib/domain/visitor/event.ts';
import { MARK_LIFE_MS } from '../../lib/domain/visitor/marks.ts';
import { STRANGER, type Visitor } from '../../lib/domain/visitor/state.ts';
import { itemBytes } from './capacity.ts';
import type { Diary } from './year-of-events.ts';

/** Anonymous visitors' items expire; these people are known. */
const RETENTION_MS = 30 * 86_400_000;

/** What a person's item weighed. */
export interface Life {
  readonly visitor: Visitor;
  /** At the end, bytes: without and with the effects of the last commit. */
  readonly atEnd: Weight;
  /** As some of the commits wrote it. */
  readonly written: readonly Weight[];
  readonly commits: number;
  /** Commits that look for marks of messages outside the item, and that put some there. */
  readonly marks: { readonly read: number; readonly put: number };
}

export interface Weight {
  readonly state: number;
  readonly whole: number;
}

/** One commit in so many is weighed: packing takes longer than the step. */
const WEIGHED_EVERY = 16;

const weigh = (
  visitor: Visitor,
  effects: readonly Effect[],
  due: number | null,
  at: number,
  version: number,
): Weight => {
  const visitorId = '_'.repeat(23);
  const state = stateItem(visitorId, version, visitor.state, RETENTION_MS);
  const whole = { ...state, ...outgoingAttributes({ visitorId, version, at, effects }, due) };
  return { state: itemBytes(state), whole: itemBytes(whole) };
};

/**
 * Lives a person's year through the pure step: an event at a time, timers when they are due, seats offered to two in
 * five who ask, and mail that is delivered, opened and clicked as mail is.
 *
 * @param until - milliseconds since 1970
 */
export const live = (userId: string, diary: Diary, catalog: CompiledCatalog, until: number): Life => {
  const seed = userKey(userId);
  const visitorId = visitorIdOf(seed);
  const agenda = new Agenda<() => void>();
  const { chance } = diary;
  const written: Weight[] = [];
  let last: Weight = { state: 0, whole: 0 };
  let visitor: Visitor = STRANGER;
  let version = 0;
  let aside = 0;
  const marks = { read: 0, put: 0 };

  const commit = (events: readonly VisitorEvent[], timer: number | null, now: number): void => {
    const result = advance(visitor, events, {
      catalog,
      countersByEvent: catalog.countersByEvent,
      visitorId,
      seed,
      now,
      version: version + 1,
      timer,
    });
    if (result.visitor === visitor) return;
    version += 1;
    visitor = result.visitor;
    if (events.length > 0 && now < aside) marks.read += 1;
    if (result.evictedMarks.length > 0) {
      marks.put += 1;
      aside = Math.max(aside, ...result.evictedMarks.map(([, receivedAt]) => receivedAt + MARK_LIFE_MS));
    }
    const isLast = agenda.next === null || agenda.next > until;
    if (isLast || version % WEIGHED_EVERY === 0) {
      last = weigh(visitor, result.effects, result.due, now, version);
      written.push(last);
    }
    for (const effect of result.effects) follow(effect, now);
  };

  const follow = (effect: Effect, now: number): void => {
    if (effect.kind === 'timer') agenda.add(effect.due, () => commit([], effect.generation, effect.due));
    else if (effect.kind === 'delivery') hear(effect.message.messageId, effect.message, now);
    else if (effect.kind === 'pool' && effect.what === 'join' && chance.is(0.4)) {
      const { poolId, run, stepId, closesAt } = effect;
      const seat = { visitorId, run, stepId, rank: 0, status: 'offered', offeredAt: closesAt } as const;
      agenda.add(closesAt, () => commit([seatEventOf(poolId, seat)], null, closesAt));
    }
  };

  /** What mail providers tell of a message. */
  const hear = (
    messageId: string,
    {
      channel,
      topic,
      journeyId,
    }: { readonly channel: string; readonly topic: string; readonly journeyId: string },
    now: number,
  ): void => {
    const tell = (name: string, at: number): void => {
      const event = diary.note(at, { name, properties: { messageId, channel, topic, journeyId } });
      agenda.add(at, () => commit([event], null, at));
    };
    tell('Message Delivered', now + 30_000);
    if (chance.is(0.3)) tell('Message Opened', now + 3_600_000);
    if (chance.is(0.05)) tell('Message Clicked', now + 3_660_000);
  };

  for (const event of [...diary.events]) agenda.add(event.at, () => commit([event], null, event.at));
  for (let next = agenda.next; next !== null && next <= until; next = agenda.next) agenda.take()?.what();
  return { visitor, atEnd: last, written, commits: version, marks };
};
