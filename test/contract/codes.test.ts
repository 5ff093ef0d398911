import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { codesAnswerSchema } from '../../lib/contracts/http/codes.ts';
import { redemptionAnswerSchema } from '../../lib/contracts/http/redemptions.ts';
import { AK, type Answer, fresh, PK, pathsOf, percentOff, problemOf, SK, serviceForFile } from './client.ts';

/** An offer that applies where the cart has its sku, and a code of it: tests of one service do not meet. */
const offerFor = (id: string, rest: object) => ({
  ...percentOff(id, 10, { where: { 'cart.lines.sku': id.toUpperCase() }, ...rest }),
  apply: 'code',
});

const catalog = [
  offerFor('welcome', { codes: { prefix: 'W-', count: 25_000 } }),
  offerFor('other', { codes: { count: 100 } }),
  offerFor('few', { codes: { prefix: 'F-', count: 3 } }),
  offerFor('dollars', { code: 'DOLLARS', reward: { type: 'amount', value: 100, currency: 'USD' } }),
  offerFor('vips', { code: 'VIPS', where: { 'cart.total': { $gte: 100_000 }, 'traits.vip': true } }),
  offerFor('shared', { code: 'SHARED' }),
  percentOff('plain', 5, { where: { 'cart.lines.sku': 'PLAIN' } }),
];

const service = serviceForFile(catalog);

const pageOf = (answer: Answer) => codesAnswerSchema.parse(answer.body);
const generate = async (offer: string, body: object = {}) =>
  pageOf(await service.post(`/v1/offers/${offer}/codes`, body, { key: AK }));

/** Codes that no other test of this file has. */
let taken = 0;
const newCode = async (offer = 'welcome'): Promise<string> => {
  taken += 1;
  const { codes } = await generate(offer, { from: taken, count: 1 });
  return codes[0] ?? '';
};

const cart = (sku: string, codes: readonly string[], rest: object = {}) => ({
  currency: 'EUR',
  lines: [{ id: 'l1', sku: sku.toUpperCase(), quantity: 1, unitPrice: 1000 }],
  codes,
  ...rest,
});

const decide = (sku: string, codes: readonly string[], { key = PK, who = {}, ...rest }: Asked = {}) =>
  service.decide({ anonymousId: fresh('a'), ...who, cart: cart(sku, codes), ...rest }, { key });
interface Asked {
  readonly key?: string;
  readonly who?: object;
  readonly options?: object;
}

type Decided = Awaited<ReturnType<typeof decide>>;
const applied = ({ cart: priced }: Decided) => priced?.applied.map(({ offerId }) => offerId);
const warned = ({ warnings }: Decided) => warnings.map(({ code }) => code);

const hold = (sku: string, codes: readonly string[], orderId = fresh('order'), userId = fresh('user')) =>
  service.post('/v1/redemptions', { orderId, userId, cart: cart(sku, codes) });
const held = (answer: Answer) => redemptionAnswerSchema.parse(answer.body);
const move = (orderId: string, what: string) => service.post(`/v1/redemptions/${orderId}/${what}`, {});

describe('POST /v1/offers/{id}/codes', () => {
  it('tells codes page by page, the same ones each time', async () => {
    const first = await generate('welcome', { count: 10_000 });
    expect(first).toMatchObject({ offerId: 'welcome', total: 25_000, next: 10_000 });
    expect(new Set(first.codes).size).toBe(10_000);
    const last = await generate('welcome', { from: 20_000, count: 10_000 });
    expect({ length: last.codes.length, next: last.next }).toEqual({ length: 5000, next: null });
    expect(await generate('welcome', { from: 9998, count: 2 })).toMatchObject({
      codes: first.codes.slice(-2),
    });
    expect((await generate('welcome')).codes).toEqual(first.codes.slice(0, 1000));
    expect(await generate('welcome', { from: 25_000 })).toMatchObject({ codes: [], next: null });
  });

  it('needs an operator, and an offer that has codes', async () => {
    const ask = (offer: string, body: object = {}, key = AK) =>
      service.post(`/v1/offers/${offer}/codes`, body, { key });
    expect((await ask('welcome', {}, SK)).status).toBe(403);
    expect((await ask('welcome', {}, PK)).status).toBe(403);
    expect((await ask('nobody')).status).toBe(404);
    expect(problemOf(await ask('plain')).status).toBe(409);
    expect(problemOf(await ask('shared')).status).toBe(409);
    expect(pathsOf(await ask('welcome', { from: -1 }))).toEqual(['from']);
    expect(pathsOf(await ask('welcome', { count: 10_001 }))).toEqual(['count']);
    expect(pathsOf(await ask('welcome', { count: 0.5, more: 1 }))).toEqual(['count', 'more']);
  });

  it('is the only place that tells codes: neither the catalog nor its versions do', async () => {
    const { text } = await service.get('/v1/catalog', { key: AK });
    const code = (await generate('few')).codes[0] ?? 'x';
    expect(text).toContain('"codes":{"prefix":"F-","count":3}');
    expect(text).not.toContain(code.slice(2, 6));
    expect(text).not.toMatch(/secret/i);
  });
});

describe('a single-use code in a cart', () => {
  it('applies its offer, however it is typed', async () => {
    const code = await newCode();
    for (const typed of [
      code,
      code.toLowerCase(),
      ` ${code.replaceAll('-', ' ')} `,
      code.replaceAll('-', ''),
    ]) {
      const decided = await decide('welcome', [typed]);
      expect(decided.cart?.applied).toMatchObject([{ offerId: 'welcome', code: typed, amount: 100 }]);
      expect(warned(decided)).toEqual([]);
    }
  });

  it('applies once where it is there twice, and says of a second one that it is not needed', async () => {
    const [code, second] = [await newCode(), await newCode()];
    const twice = await decide('welcome', [code, code, code.replaceAll('-', '').toLowerCase()]);
    expect(twice.cart?.discountTotal).toBe(100);
    expect(warned(twice)).toEqual([]);
    const both = await decide('welcome', [code, second]);
    expect(both.cart?.applied).toMatchObject([{ code, amount: 100 }]);
    expect(both.warnings).toMatchObject([
      { code: 'CODE_NOT_APPLIED', message: expect.stringContaining(second) },
    ]);
  });

  it('stays in an anonymous cart when its owner logs in', async () => {
    const code = await newCode();
    const [anonymousId, userId] = [fresh('device'), fresh('user')];
    expect(applied(await decide('welcome', [code], { who: { anonymousId } }))).toEqual(['welcome']);
    await service.post('/v1/identify', { anonymousId, userId });
    await service.settle();
    expect(applied(await decide('welcome', [code], { who: { anonymousId, userId }, key: SK }))).toEqual([
      'welcome',
    ]);
    expect(held(await hold('welcome', [code], fresh('order'), userId)).holds).toMatchObject([{ code }]);
  });

  it('says what the cart lacks', async () => {
    expect(warned(await decide('plain', [await newCode()]))).toEqual(['CODE_NOT_APPLIED']);
  });

  it('is nothing where it was made for another offer, or lies beyond the count', async () => {
    const { codes } = await generate('other', { count: 1 });
    const decided = await decide('welcome', [`W-${codes[0]}`]);
    expect({ applied: applied(decided), warned: warned(decided) }).toEqual({
      applied: [],
      warned: ['CODE_UNKNOWN'],
    });
  });

  it('is one more code where the count is raised, and none where it is lowered', async () => {
    const before = (await generate('few')).codes;
    await service.publish(
      [...catalog, offerFor('few', { codes: { prefix: 'F-', count: 5 } })].toSpliced(2, 1),
    );
    const after = (await generate('few')).codes;
    expect(after.slice(0, 3)).toEqual(before);
    expect(after).toHaveLength(5);
    await expect.poll(async () => applied(await decide('few', [after[4] ?? '']))).toEqual(['few']);
    await service.publish(catalog);
    await expect
      .poll(async () => warned(await decide('few', [after[4] ?? ''])), { timeout: 9000 })
      .toEqual(['CODE_UNKNOWN']);
    expect(applied(await decide('few', [after[0] ?? '']))).toEqual(['few']);
  });
});

describe('an order with a single-use code', () => {
  it('holds it, gives it back when it is cancelled or expires, and uses it up when it is paid', async () => {
    const code = await newCode();
    const free = async () => applied(await decide('welcome', [code], { key: SK }));
    const [first, second, third, fourth] = [fresh('o'), fresh('o'), fresh('o'), fresh('o')];
    expect(held(await hold('welcome', [code], first)).holds).toMatchObject([
      { offerId: 'welcome', code, amount: 100 },
    ]);
    expect(await free()).toEqual([]);
    const again = await hold('welcome', [code], first);
    expect({ status: again.status, holds: held(again).holds.length }).toEqual({ status: 200, holds: 1 });
    const other = await hold('welcome', [code.toLowerCase()], second);
    expect(other.status).toBe(201);
    expect(held(other)).toMatchObject({ holds: [], warnings: [{ code: 'CODE_USED' }] });
    await move(first, 'cancel');
    expect(await free()).toEqual(['welcome']);
    expect(held(await hold('welcome', [code], third)).holds).toHaveLength(1);
    await service.advance('PT16M');
    expect(await free()).toEqual(['welcome']);
    expect(held(await hold('welcome', [code], third)).holds).toHaveLength(1);
    expect(held(await move(third, 'commit')).status).toBe('committed');
    expect(await free()).toEqual([]);
    expect(held(await hold('welcome', [code], fourth)).holds).toEqual([]);
    await move(third, 'cancel');
    expect(await free()).toEqual(['welcome']);
  });

  it('leaves it in the cart of whoever holds it, and in nobody else’s, as long as it is held', async () => {
    const code = await newCode();
    const [userId, orderId] = [fresh('user'), fresh('o')];
    await hold('welcome', [code], orderId, userId);
    const cartOf = async (who: object) => applied(await decide('welcome', [code], { who, key: SK }));
    expect(await cartOf({ userId })).toEqual(['welcome']);
    expect(await cartOf({ userId: fresh('user') })).toEqual([]);
    await move(orderId, 'commit');
    await service.advance('PT16M');
    expect(await cartOf({ userId })).toEqual([]);
  });

  it('takes another code of the offer where one of two was used', async () => {
    const [used, free] = [await newCode(), await newCode()];
    await hold('welcome', [used]);
    const answer = held(await hold('welcome', [used, free]));
    expect(answer.holds).toMatchObject([{ code: free }]);
    expect(answer.warnings).toMatchObject([{ code: 'CODE_USED', message: expect.stringContaining(used) }]);
  });

  it('wins it once, however many ask at once', async () => {
    const code = await newCode();
    const answers = await Promise.all(Array.from({ length: 12 }, () => hold('welcome', [code])));
    const won = answers.filter(
      ({ status, body }) => status === 201 && held({ body } as Answer).holds.length === 1,
    );
    expect(won).toHaveLength(1);
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
  });
});

describe('what a publishable key hears of a code that is not theirs to use', () => {
  /** An answer without what is different in each, and without the code itself. */
  const bare = (answer: Decided, code: string) => ({
    ...answer,
    ...{ decisionId: '', visitorId: '', decidedAt: '', expiresAt: '' },
    warnings: answer.warnings.map((one) => ({ ...one, message: one.message?.replace(code, 'CODE') })),
  });

  it('is the same for unknown, used and foreign ones', async () => {
    const used = await newCode();
    await hold('welcome', [used]);
    const { codes } = await generate('other', { count: 1 });
    const wrong = [
      'W-0000-0000-0000-0000',
      'NO-SUCH',
      used,
      `W-${codes[0]}`,
      'VIPS',
      'DOLLARS',
      '💥',
      'x'.repeat(100),
    ];
    const answers = await Promise.all(wrong.map(async (code) => bare(await decide('dollars', [code]), code)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({
      warnings: [{ code: 'CODE_UNKNOWN', message: 'The code CODE is not known.' }],
    });
  });

  it('is more for a secret key', async () => {
    const used = await newCode();
    await hold('welcome', [used]);
    const decided = await decide('welcome', [used, 'DOLLARS', 'NO-SUCH'], { key: SK });
    expect(warned(decided)).toEqual(['CODE_USED', 'CODE_NOT_APPLIED', 'CODE_UNKNOWN']);
  });
});

describe('guesses', () => {
  const wrongOnes = (count: number): readonly string[] => Array.from({ length: count }, () => fresh('WRONG'));
  const next = () => service.advance('PT1H');

  it('of one visitor are ten different ones an hour; then every code is unknown until it is over', async () => {
    await next();
    const code = await newCode();
    const who = { anonymousId: fresh('guesser') };
    const wrong = wrongOnes(10);
    // The same one on every page is one guess.
    for (const guess of [...wrong.slice(0, 9), ...wrong.slice(0, 9)])
      await decide('shared', [guess], { who });
    expect(applied(await decide('shared', ['SHARED'], { who }))).toEqual(['shared']);
    expect(applied(await decide('welcome', [code], { who }))).toEqual(['welcome']);
    // A dry run tells as much.
    await decide('shared', wrong.slice(9), { who, options: { dryRun: true } });
    for (const [sku, right] of [
      ['shared', 'SHARED'],
      ['welcome', code],
    ] as const) {
      const guarded = await decide(sku, [right], { who });
      expect({ applied: applied(guarded), warnings: guarded.warnings }).toEqual({
        applied: [],
        warnings: [{ code: 'CODE_UNKNOWN', message: `The code ${right} is not known.` }],
      });
      expect(warned(await decide(sku, [right], { who, key: SK }))).toEqual(['CODE_UNKNOWN']);
    }
    expect(applied(await decide('shared', ['SHARED']))).toEqual(['shared']);
    await next();
    expect(applied(await decide('shared', ['SHARED'], { who }))).toEqual(['shared']);
  });

  it('that come together in one cart are no way around it', async () => {
    await next();
    const decided = await decide('shared', [...wrongOnes(11), 'SHARED']);
    expect(applied(decided)).toEqual([]);
    expect(new Set(warned(decided))).toEqual(new Set(['CODE_UNKNOWN']));
  });

  it('of one address are fifty, whatever ids it invents; a secret key has no address', async () => {
    await next();
    for (let n = 0; n < 5; n++) await decide('shared', wrongOnes(10), { key: SK });
    expect(applied(await decide('shared', ['SHARED']))).toEqual(['shared']);
    for (let n = 0; n < 5; n++) await decide('shared', wrongOnes(10));
    const guarded = await decide('shared', ['SHARED']);
    expect({ applied: applied(guarded), warned: warned(guarded) }).toEqual({
      applied: [],
      warned: ['CODE_UNKNOWN'],
    });
    expect(applied(await decide('shared', ['SHARED'], { key: SK }))).toEqual(['shared']);
    await next();
    expect(applied(await decide('shared', ['SHARED']))).toEqual(['shared']);
  });

  it('before a log-in count after it', async () => {
    await next();
    const [anonymousId, userId] = [fresh('guesser'), fresh('user')];
    await decide('shared', wrongOnes(10), { who: { anonymousId }, key: SK });
    expect(applied(await decide('shared', ['SHARED'], { who: { anonymousId, userId }, key: SK }))).toEqual(
      [],
    );
    expect(applied(await decide('shared', ['SHARED'], { who: { userId }, key: SK }))).toEqual(['shared']);
  });

  it('do not count at the checkout, which needs a secret key', async () => {
    await next();
    const userId = fresh('user');
    for (let n = 0; n < 12; n++) await hold('shared', wrongOnes(1), fresh('order'), userId);
    expect(held(await hold('shared', ['SHARED'], fresh('order'), userId)).holds).toHaveLength(1);
  });
});

describe('hostile carts', () => {
  const errorsOf = async (codes: unknown) => {
    const body = { anonymousId: fresh('a'), cart: { ...cart('shared', []), codes } };
    const answer = await service.post('/v1/decide', body, { key: PK });
    return answer.status === 400 ? pathsOf(answer) : answer.status;
  };

  it('are refused where they have too many codes, or too long ones', async () => {
    expect(await errorsOf(Array.from({ length: 10_000 }, (_, n) => `C-${n}`))).toEqual(['cart.codes']);
    expect(await errorsOf(['x'.repeat(10_240)])).toEqual(['cart.codes[0]']);
    expect(await errorsOf(['', 'A'])).toEqual(['cart.codes[0]']);
  });

  it('are priced whatever they write', async () => {
    await service.advance('PT1H');
    const odd = [
      '𝕎-𝟘𝟘𝟘𝟘',
      'ＷＥＬＣＯＭＥ',
      'İ'.repeat(16),
      '\u0000\u0001',
      "'; DROP TABLE",
      '{{ code }}',
      '__proto__',
      '– — ‑',
    ];
    const decided = await decide('shared', [...odd, 'shared']);
    expect(applied(decided)).toEqual(['shared']);
    expect(z.array(z.string()).parse(warned(decided))).toHaveLength(odd.length);
    expect(await errorsOf(Array.from({ length: 50 }, () => 'x'.repeat(100)))).toBe(200);
  });
});
