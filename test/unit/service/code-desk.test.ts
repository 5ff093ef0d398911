import { describe, expect, it } from 'vitest';
import type { KeyRecord } from '../../../lib/contracts/control.ts';
import type { Guesser } from '../../../lib/domain/guess/guess.ts';
import { codeOf } from '../../../lib/domain/offer/single-use-code.ts';
import { capOfCode, holderOf } from '../../../lib/domain/redemption/cap.ts';
import { type CodeReading, createCodeDesk } from '../../../lib/service/codes/code-desk.ts';
import { createCodeSecret } from '../../../lib/service/codes/code-secret.ts';
import { catalogOf, definitionsOf, documents } from '../catalog/support.ts';

const SECRET = Buffer.alloc(32, 3);
const NOW = Date.UTC(2026, 10, 26, 12);
const PUBLIC: KeyRecord = { id: 'pk', kind: 'publishable' };
const SHOP: KeyRecord = { id: 'sk', kind: 'secret' };
const catalog = catalogOf(
  definitionsOf(
    documents(
      '{ kind: offer, id: o, codes: { prefix: W-, count: 5 }, reward: { type: percentage, value: 10 } }',
    ),
  ),
);
const plain = catalogOf([]);
const CODE = codeOf(SECRET, { offerId: 'o', prefix: 'W-' }, 3);
const NOTHING: CodeReading = { taken: new Map(), guesses: [] };
/** Held by somebody. */
const held = (capId: string, visitorId = 'v-9', until = NOW + 1) =>
  new Map([[capId, { holder: holderOf(capId, visitorId), until }]]);

/** A desk, with what it counted and what went wrong. */
const deskWith = ({ secret = async () => SECRET, fails = false }: Ways = {}) => {
  const counted: (readonly [Guesser['kind'], number])[] = [];
  const degraded: string[] = [];
  const desk = createCodeDesk({
    secret,
    count: async ({ kind }, _, guesses) => {
      if (fails) throw new Error('away');
      counted.push([kind, guesses.length]);
    },
    onDegraded: (reason) => degraded.push(reason),
  });
  return { desk, counted, degraded };
};
interface Ways {
  readonly secret?: () => Promise<Uint8Array | null>;
  readonly fails?: boolean;
}

const asker = (caller = PUBLIC, visitorIds: readonly string[] = ['v-1', 'v-2']) => ({
  caller,
  visitorIds,
  address: '203.0.113.1',
  now: NOW,
});

describe('the desk for codes', () => {
  it('knows which codes are genuine, and which an order has, once each', async () => {
    const { desk } = deskWith();
    const one = await desk([CODE, CODE.toLowerCase(), 'NONE'], asker());
    const { capId } = capOfCode(CODE);
    expect(one.question?.capIds).toEqual([capId, capOfCode('NONE').capId]);
    const known = await one.known(catalog, { ...NOTHING, taken: held(capId) }, 'v-1');
    expect(known).toMatchObject({ standing: 'open', isTrusted: false });
    expect(known.singleUse).toEqual([
      { code: CODE, offerId: 'o', serial: 3, used: true },
      { code: CODE, offerId: 'o', serial: 3, used: true },
    ]);
  });

  it('leaves a code in the cart of whoever holds it, under whichever id, as long as it is held', async () => {
    const { desk } = deskWith();
    const one = await desk([CODE], asker());
    const { capId } = capOfCode(CODE);
    const isUsed = async (visitorId: string, until?: number) => {
      const taken = held(capId, visitorId, until);
      return (await one.known(catalog, { ...NOTHING, taken }, 'v-7')).singleUse.map(({ used }) => used);
    };
    for (const id of ['v-1', 'v-2', 'v-7']) expect(await isUsed(id)).toEqual([false]);
    expect(await isUsed('v-7', NOW)).toEqual([true]);
    expect(await isUsed('v-8')).toEqual([true]);
  });

  it('knows nothing, and says so, where codes or the secret could not be read', async () => {
    const { desk, degraded } = deskWith();
    const one = await desk([CODE], asker());
    expect(await one.known(catalog, null, 'v-1')).toEqual({
      standing: 'unread',
      isTrusted: false,
      singleUse: [],
    });
    expect(one.isGuarded(['A'], null)).toBe(false);
    expect(degraded).toEqual([]);
    const broken = deskWith({ secret: async () => Promise.reject(new Error('away')) });
    const other = await broken.desk([CODE], asker(SHOP));
    expect(other.question).toBeNull();
    expect(await other.known(catalog, null, 'v-1')).toMatchObject({ standing: 'unread', isTrusted: true });
    expect(broken.degraded).toEqual(['read-failed', 'read-failed']);
  });

  it('has nothing to read where no offer ever had a code, and waits where the first ones come with the request', async () => {
    const secrets = [null, SECRET];
    const { desk, counted } = deskWith({ secret: async () => secrets.shift() ?? null });
    const one = await desk([CODE], asker());
    expect(one.question).toBeNull();
    expect(await one.known(catalog, null, 'v-1')).toMatchObject({ standing: 'unread' });
    expect(await one.known(plain, null, 'v-1')).toMatchObject({ standing: 'open', singleUse: [] });
    await one.count(['A']);
    expect(counted).toEqual([]);
  });

  it('counts a wrong code for the first id and the address; of a secret key for the id alone', async () => {
    const { desk, counted } = deskWith();
    await (await desk(['A', 'a ', 'B'], asker())).count(['A', 'a ', 'B']);
    await (await desk(['A'], asker(SHOP))).count(['A']);
    await (await desk(['A'], asker())).count([]);
    expect(counted).toEqual([
      ['visitor', 2],
      ['address', 2],
      ['visitor', 1],
    ]);
  });

  it('guards after ten of a visitor, over their ids, and fifty of an address', async () => {
    const { desk } = deskWith();
    const one = await desk(['A'], asker());
    const guesses = (count: number, name = 'g') => Array.from({ length: count }, (_, n) => `${name}${n}`);
    const reading = (...of: (readonly string[])[]): CodeReading => ({ taken: new Map(), guesses: of });
    expect(one.isGuarded([], reading(guesses(9), [], guesses(49)))).toBe(false);
    expect(one.isGuarded(['A'], reading(guesses(9), [], guesses(49)))).toBe(false);
    expect(one.isGuarded(['A', 'B'], reading(guesses(9), [], []))).toBe(true);
    expect(one.isGuarded([], reading(guesses(5), guesses(5, 'h'), []))).toBe(true);
    expect(one.isGuarded([], reading(guesses(5), guesses(5), []))).toBe(false);
    expect(one.isGuarded([], reading([], [], guesses(50)))).toBe(true);
    expect(await one.known(catalog, reading(guesses(10), [], []), 'v-1')).toMatchObject({
      standing: 'guarded',
    });
  });

  it('does not fail where a guess could not be counted', async () => {
    const { desk, degraded } = deskWith({ fails: true });
    await (await desk(['A'], asker())).count(['A']);
    expect(degraded).toEqual(['guess-not-counted']);
  });
});

describe('the secret of codes', () => {
  it('is read once; where there is none, again only after something was published', async () => {
    let stored: Uint8Array | null = null;
    let reads = 0;
    const pointer = { active: 1, rollout: null, latest: 1 };
    const snapshot = () => ({ pointer, pointerVersion: 1, keys: [], keysVersion: 1 });
    const secret = createCodeSecret(
      async () => {
        reads += 1;
        return stored;
      },
      { lastSeen: async () => snapshot() },
    );
    expect([await secret(), await secret(), reads]).toEqual([null, null, 1]);
    stored = SECRET;
    expect([await secret(), reads]).toEqual([null, 1]);
    pointer.latest = 2;
    expect([await secret(), await secret(), reads]).toEqual([SECRET, SECRET, 2]);
    pointer.latest = 3;
    expect([await secret(), reads]).toEqual([SECRET, 2]);
  });
});
