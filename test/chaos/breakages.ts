import { QUEUE_OF_EFFECT } from '../../lib/contracts/queues.ts';
import type { DeliveryEffect, Effect } from '../../lib/domain/effect/effect.ts';
import type { VisitorCommit, VisitorStore } from '../../lib/domain/visitor/visitor-store.ts';
import type { LifeOptions } from './life-of-a-seed.ts';
import type { Parts } from './parts.ts';
import { CATALOGS_THAT_DISTURB, CATALOGS_THAT_SELL } from './scenario.ts';

/** A house that does something wrong, and the law that it breaks. */
export interface Breakage extends LifeOptions {
  readonly law: string;
}

const breaking = (law: string, breakage: NonNullable<LifeOptions['breakage']>): Breakage => ({
  law,
  breakage,
});

/** A house whose commits are not what react wants. */
const committing = (
  law: string,
  change: (parts: Parts) => (commit: VisitorCommit) => VisitorCommit | Promise<VisitorCommit>,
): Breakage =>
  breaking(law, (parts) => {
    const changed = change(parts);
    const commit: VisitorStore['commit'] = async (wanted) => parts.visitors.commit(await changed(wanted));
    return { visitors: { ...parts.visitors, commit } };
  });

const withEffects = (commit: VisitorCommit, effects: readonly Effect[]): VisitorCommit => ({
  ...commit,
  person: { ...commit.person, effects },
});

const messageTo = ({ person: { visitorId } }: VisitorCommit, at: number, run: string): DeliveryEffect => ({
  kind: 'delivery',
  address: { email: null, phone: null },
  message: {
    messageId: `${run}-hello`,
    at: new Date(at).toISOString(),
    visitorId,
    userId: null,
    anonymousId: null,
    channel: 'push',
    topic: 'news',
    journeyId: 'held',
    stepId: 'hello',
    content: '',
  },
});

/** What could be wrong with the house, in a sentence each. */
export const BREAKAGES: { readonly [sentence: string]: Breakage } = {
  'effects go out before the commit': committing('errors', ({ queues }) => async (commit) => {
    const { visitorId, version, effects } = commit.person;
    for (const effect of effects) {
      const message = { visitorId, version: (version ?? 0) + 1, at: commit.at, effects: [effect] };
      await queues.send(QUEUE_OF_EFFECT[effect.kind], [message]);
    }
    return commit;
  }),
  'marks of messages are dropped': committing('events', () => (commit) => {
    const { visitor } = commit.person;
    const unmarked = { ...visitor, state: { ...visitor.state, marks: [] } };
    return { ...commit, person: { ...commit.person, visitor: unmarked } };
  }),
  'a race that was lost is taken for won': breaking('events', (parts) => {
    const commit: VisitorStore['commit'] = async (wanted) => {
      await parts.visitors.commit(wanted);
      return 'committed';
    };
    return { visitors: { ...parts.visitors, commit } };
  }),
  'an entry that failed is taken for done': breaking('events', () => ({
    failures: (failed, queue) => (queue === 'events-received' ? [] : failed),
  })),
  'a message is asked for again by the next commit': committing('requests', () => {
    let last: Effect | undefined;
    return (commit) => {
      const { effects } = commit.person;
      const again = last;
      last = effects.find(({ kind }) => kind === 'delivery');
      return again === undefined ? commit : withEffects(commit, [...effects, again]);
    };
  }),
  'messages are sent without a claim': breaking('deliveries', ({ deliveries }) => ({
    deliveries: { ...deliveries, claim: async () => ({ kind: 'claimed', attempt: 1 }) },
  })),
  'the stream goes on behind what it could not hand on': breaking('bus', () => ({
    failures: (failed, queue) => (queue === 'stream' ? [] : failed),
  })),
  'lines of the story get another place each time': breaking('story', ({ timelineOf }) => {
    let count = 0;
    return {
      timelineOf: () => {
        const timeline = timelineOf();
        return {
          ...timeline,
          put: (visitorId, lines, now) =>
            timeline.put(
              visitorId,
              lines.map((line) => ({ ...line, id: `${line.id}.${count++}` })),
              now,
            ),
        };
      },
    };
  }),
  'each message of counts is counted': breaking('counters', ({ counters }) => {
    let count = 0;
    return { counters: (commit) => counters({ ...commit, version: commit.version + 1_000 * count++ }) };
  }),
  'whoever ends a journey is not counted out': committing(
    'journeys counted',
    () => (commit) =>
      withEffects(
        commit,
        commit.person.effects.filter(
          (effect) => effect.kind !== 'count' || !effect.counter.endsWith('/ended'),
        ),
      ),
  ),
  'a task that was taken back comes all the same': breaking('tasks', ({ tasks }) => ({
    tasks: { ...tasks, forestall: async () => 'forestalled' },
  })),
  'the held out get a message too': committing('holdout', () => (commit) => {
    const { effects, visitor } = commit.person;
    const heldOut = visitor.state.journeys.instances.filter(
      ({ heldOut: isHeld, enteredAt }) => isHeld && enteredAt === commit.at,
    );
    return withEffects(commit, [
      ...effects,
      ...heldOut.map(({ run }): Effect => messageTo(commit, commit.at, run)),
    ]);
  }),
  'those who unsubscribed get a message too': committing('consent', () => (commit) => {
    const { consents } = commit.person.visitor.state;
    const isRefused = consents['push:news']?.value === false;
    const message = messageTo(commit, commit.at, commit.person.visitorId);
    return isRefused ? withEffects(commit, [...commit.person.effects, message]) : commit;
  }),
  'nobody says what sells': { law: 'sell', catalogs: CATALOGS_THAT_SELL },
  'nobody says when it is night': { law: 'quiet', catalogs: CATALOGS_THAT_DISTURB },
  'nobody says how many messages are too many': { law: 'limit', catalogs: CATALOGS_THAT_DISTURB },
  'timers are never armed, and nobody sweeps': breaking('due', ({ queues, scheduler }) => ({
    scheduler: { ...scheduler, arm: async () => {} },
    queues: {
      send: async (queue, messages, delay) =>
        queue === 'timers-due' ? undefined : queues.send(queue, messages, delay),
    },
  })),
  'a generation of a timer is used again': committing('due', () => (commit) => ({
    ...withEffects(
      commit,
      commit.person.effects.map((effect) =>
        effect.kind === 'timer' ? { ...effect, generation: 1 } : effect,
      ),
    ),
  })),
  'a new follower is told nothing of what was before': breaking('revisions', ({ subjects }) => ({
    subjects: { ...subjects, allLatest: async () => [] },
  })),
  'a pool has more seats than the flight': breaking('seats', ({ pools }) => ({
    pools: {
      ...pools,
      read: async (poolId) => {
        const { pool, version } = await pools.read(poolId);
        const terms = pool.terms === null ? null : { ...pool.terms, seats: 9 };
        return { pool: { ...pool, terms }, version };
      },
    },
  })),
  'a decision changes what it read': breaking('errors', ({ decide }) => ({
    decide: (house, stored) => {
      Reflect.set(stored.visitor.state, 'messages', [0]);
      return decide(house, stored);
    },
  })),
  'each process has a clock of its own': breaking('the same', (parts, house) => ({
    now: () => (house.gate.faults.kill > 0 ? parts.now() + Math.floor(parts.random() * 5_000) : parts.now()),
  })),
};
