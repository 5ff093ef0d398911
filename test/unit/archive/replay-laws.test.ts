import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mailSchema } from '../../../lib/contracts/bus.ts';
import {
  type ArchiveSecret,
  hideVisitorId,
  tombstoneName,
} from '../../../lib/domain/archive/archive-secret.ts';
import { NONCE_BYTES } from '../../../lib/domain/archive/cipher.ts';
import { recordOf, tombstoneRecordOf } from '../../../lib/domain/archive/record.ts';
import { MARK_LIFE_MS } from '../../../lib/domain/visitor/marks.ts';
import { createReplay, type ReplayDeps, type ReplayOptions } from '../../../lib/service/archive/replay.ts';
import { event, START } from '../visitor/people.ts';
import { applicationOf, keys, secrets, visitorIds } from './archived.ts';

const NOW = START + 10 * 24 * 3_600_000;
const nonceOf = (index: number): Uint8Array => Buffer.alloc(NONCE_BYTES, index + 1);

/** A person of the archive, what is left of their key, and when they were erased, if ever. */
const person = fc.record({
  visitorId: visitorIds,
  key: keys,
  isKeyLost: fc.boolean(),
  /** Minutes after {@link START}: in the store, and in the archive. */
  erasedInStore: fc.option(fc.integer({ min: 0, max: 100 })),
  erasedInArchive: fc.option(fc.integer({ min: 0, max: 100 })),
  receivedAt: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 6 }),
});

type Person = typeof person extends fc.Arbitrary<infer T> ? T : never;

const at = (minutes: number): number => START + minutes * 60_000;
const nameOf = ({ visitorId }: Person, index: number): string => `${visitorId} ${index}`;

const linesOf = (secret: ArchiveSecret, people: readonly Person[]): readonly string[] =>
  people.flatMap((one) =>
    one.receivedAt.map((minutes, index) =>
      recordOf(
        {
          home: one.visitorId,
          event: event({ messageId: nameOf(one, index), receivedAt: at(minutes) }),
        },
        applicationOf(one.key, hideVisitorId(secret, one.visitorId, nonceOf(index))),
        nonceOf(index),
      ),
    ),
  );

type Replay = typeof createReplay;

const sentBy = async (
  replay: Replay,
  secret: ArchiveSecret,
  people: readonly Person[],
  options: Partial<ReplayOptions> = {},
  now = NOW,
) => {
  const sent: string[] = [];
  const deps: ReplayDeps = {
    secret,
    people: async (ids) =>
      new Map(
        ids.map((id) => {
          const one = people.find(({ visitorId }) => visitorId === id);
          const erasedAt = one?.erasedInStore == null ? null : at(one.erasedInStore);
          return [id, { key: one === undefined || one.isKeyLost ? null : one.key, lostKey: null, erasedAt }];
        }),
      ),
    tombstones: new Map(
      people.flatMap((one) =>
        one.erasedInArchive === null
          ? []
          : [[tombstoneName(secret, one.visitorId), at(one.erasedInArchive)] as const],
      ),
    ),
    queues: {
      send: async (_queue, messages) => {
        for (const message of messages) {
          sent.push(...mailSchema.parse(message).mail.events.map(({ messageId }) => messageId));
        }
      },
    },
    now: () => now,
  };
  const all = { from: 0, to: Number.POSITIVE_INFINITY, visitorIds: null, renew: false, dryRun: false };
  const { take, finish } = replay(deps, { ...all, ...options });
  for (const line of linesOf(secret, people)) await take(line);
  return { sent, counts: await finish() };
};

const distinct = fc.uniqueArray(person, { selector: ({ visitorId }) => visitorId, maxLength: 6 });

const isErased = (one: Person, minutes: number): boolean =>
  [one.erasedInStore, one.erasedInArchive].some((erased) => erased !== null && minutes <= erased);

/** Exactly what was received of people who have their key, and were not erased since, is sent: each once. */
const sendsTheLiving = (replay: Replay) =>
  fc.asyncProperty(secrets, distinct, async (secret, people) => {
    const expected = people.flatMap((one) =>
      one.receivedAt.flatMap((minutes, index) =>
        one.isKeyLost || isErased(one, minutes) ? [] : [nameOf(one, index)],
      ),
    );
    const { sent, counts } = await sentBy(replay, secret, people);
    const lines = people.reduce((sum, { receivedAt }) => sum + receivedAt.length, 0);
    const counted = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return (
      JSON.stringify(sent.sort()) === JSON.stringify(expected.sort()) &&
      counts.replayed === expected.length &&
      counted === lines
    );
  });

/** Believes the store alone. */
const forgetful: Replay = (deps, options) => createReplay({ ...deps, tombstones: new Map() }, options);

/** Believes the archive alone. */
const trusting: Replay = (deps, options) =>
  createReplay(
    {
      ...deps,
      people: async (ids) =>
        new Map([...(await deps.people(ids))].map(([id, one]) => [id, { ...one, erasedAt: null }])),
    },
    options,
  );

const fails = async <T>(law: fc.IAsyncProperty<T>): Promise<boolean> =>
  (await fc.check(law, { numRuns: 500 })).failed;

describe('a replay', () => {
  it('sends what was received of the living, and nobody who was erased comes back', async () => {
    await fc.assert(sendsTheLiving(createReplay), { numRuns: 60 });
  });

  it('is seen to bring back the erased where it looks for tombstones in one place only', async () => {
    expect(await fails(sendsTheLiving(forgetful))).toBe(true);
    expect(await fails(sendsTheLiving(trusting))).toBe(true);
  });

  const one: Person = {
    visitorId: 'vAAAAAAAAAAAAAAAAAAAAAA',
    key: new Uint8Array(32).fill(1),
    isKeyLost: false,
    erasedInStore: null,
    erasedInArchive: null,
    receivedAt: [0, 50, 100],
  };
  const secret = { names: new Uint8Array(32), tombstones: new Uint8Array(32) };

  it('is of a time and of some people', async () => {
    const some = await sentBy(createReplay, secret, [one], { from: at(50), to: at(100) });
    expect(some).toMatchObject({ sent: [nameOf(one, 1)], counts: { replayed: 1, notMeant: 2 } });
    const nobody = await sentBy(createReplay, secret, [one], { visitorIds: new Set(['v']) });
    expect(nobody).toMatchObject({ sent: [], counts: { notMeant: 3 } });
  });

  it('leaves out what is too old to be told from a repeat, unless the store never had it', async () => {
    const later = START + MARK_LIFE_MS;
    expect(await sentBy(createReplay, secret, [one], {}, later)).toMatchObject({
      sent: [],
      counts: { tooOld: 3 },
    });
    const renewed = await sentBy(createReplay, secret, [one], { renew: true }, later);
    expect(renewed.counts.replayed).toBe(3);
  });

  it('tells what no key opens from what is none of the archive', async () => {
    const other = { ...one, key: new Uint8Array(32).fill(2) };
    const { take, finish } = createReplay(
      {
        secret,
        people: async (ids) =>
          new Map(ids.map((id) => [id, { key: other.key, lostKey: null, erasedAt: null }])),
        tombstones: new Map(),
        queues: { send: async () => undefined },
        now: () => NOW,
      },
      { from: 0, to: Number.POSITIVE_INFINITY, visitorIds: null, renew: false, dryRun: false },
    );
    for (const line of linesOf(secret, [one])) await take(line);
    for (const line of linesOf({ ...secret, names: new Uint8Array(32).fill(3) }, [one])) await take(line);
    await take('{}');
    await take(tombstoneRecordOf('n', START));
    expect(await finish()).toMatchObject({ sealed: 3, unreadable: 4, replayed: 0 });
  });
});
