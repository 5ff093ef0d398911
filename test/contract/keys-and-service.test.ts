import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { AK, clientOf, fresh, minutesAgo, pathsOf, problemOf, SK, serviceForFile } from './client.ts';

const wend = serviceForFile();

const createdSchema = z.looseObject({
  id: z.string(),
  kind: z.string(),
  key: z.string(),
  createdAt: z.iso.datetime(),
});
const listSchema = z.object({ keys: z.array(z.looseObject({ id: z.string(), kind: z.string() })) });

const create = async (json: object) => {
  const answer = await wend.send('POST', '/v1/keys', { key: AK, json });
  expect(answer.status).toBe(201);
  return createdSchema.parse(answer.body);
};
const listed = async () => listSchema.parse((await wend.get('/v1/keys', { key: AK })).body).keys;
const decide = (key: string, rest: object = {}, headers: Record<string, string> = {}) =>
  wend.post('/v1/decide', { anonymousId: 'k-1', placements: ['home.hero'], ...rest }, { key, headers });

describe('keys', () => {
  it.each([
    ['publishable', 'pk_'],
    ['secret', 'sk_'],
    ['admin', 'ak_'],
  ])('of kind %s begin with %s, are told once, and work at once', async (kind, prefix) => {
    const created = await create({ kind, label: `a ${kind} one` });
    expect(created.key.startsWith(prefix)).toBe(true);
    // 256 random bits: 43 characters of base64url or more.
    expect(created.key.length).toBeGreaterThanOrEqual(prefix.length + 43);
    expect((await decide(created.key)).status).toBe(200);
    const all = await wend.get('/v1/keys', { key: AK });
    expect(all.text).not.toContain(created.key);
    expect(all.text).not.toContain('hash');
    expect(await listed()).toContainEqual(expect.objectContaining({ id: created.id, kind }));
  });

  it('are gone when deleted, and can not delete themselves', async () => {
    const created = await create({ kind: 'admin' });
    const itself = await wend.send('DELETE', `/v1/keys/${created.id}`, { key: created.key });
    expect(itself.status).toBe(409);
    problemOf(itself);
    expect((await wend.send('DELETE', `/v1/keys/${created.id}`, { key: AK })).status).toBe(204);
    expect((await decide(created.key)).status).toBe(401);
    expect((await wend.get('/v1/keys', { key: created.key })).status).toBe(401);
    expect((await listed()).map(({ id }) => id)).not.toContain(created.id);
    const again = await wend.send('DELETE', `/v1/keys/${created.id}`, { key: AK });
    expect(again.status).toBe(404);
    problemOf(again);
  });

  it('made at the same time are all kept', async () => {
    const created = await Promise.all(Array.from({ length: 4 }, () => create({ kind: 'publishable' })));
    const ids = new Set((await listed()).map(({ id }) => id));
    expect(created.filter(({ id }) => !ids.has(id))).toEqual([]);
  });

  it('bound to origins work there and for who sends none', async () => {
    const { key } = await create({ kind: 'publishable', origins: ['https://shop.example'] });
    expect((await decide(key, {}, { origin: 'https://shop.example' })).status).toBe(200);
    expect((await decide(key)).status).toBe(200);
    const foreign = await decide(key, {}, { origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    problemOf(foreign);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    const preflight = await wend.send('OPTIONS', '/v1/decide', {
      key: null,
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
  });

  it('bound to placements get no others', async () => {
    const { key } = await create({ kind: 'publishable', placements: ['home.hero'] });
    expect((await decide(key)).status).toBe(200);
    const other = await decide(key, { placements: ['home.hero', { id: 'home.grid', limit: 2 }] });
    expect(other.status).toBe(403);
    problemOf(other);
    const journey = await wend.get('/v1/journey?anonymousId=k-1&placements=home.grid', { key });
    expect(journey.status).toBe(403);
  });

  it('bound to a partner have visitors of their own, and are told of placements only', async () => {
    const { key } = await create({ kind: 'publishable', partner: 'news' });
    const answer = await decide(key, {
      anonymousId: 'p-1',
      cart: { currency: 'USD', lines: [{ id: 'l', sku: 's', quantity: 1, unitPrice: 100 }] },
      events: [{ type: 'track', event: 'Article Read' }],
    });
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(answer.body))).toEqual(['placements']);
    const journey = await wend.get('/v1/journey?anonymousId=p-1&placements=home.hero', { key });
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(journey.body))).toEqual(['placements']);
    await wend.post('/v1/track', { event: 'Article Shared', anonymousId: 'p-1' }, { key });
    await wend.post('/v1/track', {
      event: 'Product Added',
      anonymousId: 'news:p-1',
      properties: { sku: 's', price: 1 },
    });
    await wend.settle();
    // The ETag is over what they are told: a cart that changes must not show in it.
    const later = await wend.get('/v1/journey?anonymousId=p-1&placements=home.hero', { key });
    expect(later.headers.get('etag')).toBe(journey.headers.get('etag'));
    const theirs = await wend.settled('anon:news:p-1');
    expect(Object.keys(theirs.stats.events).sort()).toEqual([
      'Article Read',
      'Article Shared',
      'Product Added',
    ]);
    expect(theirs.anonymousIds).toEqual(['news:p-1']);
    expect((await wend.get('/v1/visitors/anon:p-1')).status).toBe(404);
  });

  it('bound to a partner show what the person gets only under their consent `partner`', async () => {
    const { key } = await create({ kind: 'publishable', partner: 'daily' });
    const userId = fresh('u');
    const consent = (granted: boolean, at: number) => ({
      type: 'page',
      timestamp: minutesAgo(at),
      context: { consent: { categoryPreferences: { partner: granted } } },
    });
    const hero = async (): Promise<string> =>
      (await decide(key, { anonymousId: 'd-1', events: [consent(true, 0)] })).text;
    await wend.batch([
      { type: 'identify', userId, traits: { interests: 'makeup' }, timestamp: minutesAgo(9) },
      { type: 'alias', previousId: 'daily:d-1', userId, timestamp: minutesAgo(8) },
    ]);
    await wend.settle();
    // A partner can't consent for its visitor: its own event above grants nothing, now or later.
    expect(await hero()).toContain('hero-default');
    await wend.settle();
    expect((await wend.visitor(`user:${userId}`)).consents).toEqual({});
    await wend.batch([{ ...consent(true, 5), userId }]);
    await wend.settle();
    expect(await hero()).toContain('hero-lipstick');
    await wend.batch([{ ...consent(false, 4), userId }]);
    await wend.settle();
    expect(await hero()).toContain('hero-default');
    expect((await decide(SK, { anonymousId: 'daily:d-1' })).text).toContain('hero-lipstick');
  });

  it.each([
    [{}, 'kind'],
    [{ kind: 'root' }, 'kind'],
    [{ kind: 'secret', partner: 'news' }, 'kind'],
    [{ kind: 'publishable', origins: ['shop.example'] }, 'origins[0]'],
    [{ kind: 'publishable', origins: ['https://shop.example/path'] }, 'origins[0]'],
    [{ kind: 'publishable', partner: 'A b' }, 'partner'],
    [{ kind: 'publishable', foo: 1 }, 'foo'],
  ])('are refused as %j with the path %s', async (json, path) => {
    const answer = await wend.send('POST', '/v1/keys', { key: AK, json });
    expect([answer.status, pathsOf(answer)]).toEqual([400, [path]]);
  });
});

describe('the service', () => {
  it('says that it is well, and which catalog it serves', async () => {
    const answer = await wend.get('/health', { key: null });
    const { version } = z
      .object({ version: z.int() })
      .parse((await wend.get('/v1/catalog', { key: AK })).body);
    expect(answer.body).toEqual({ status: 'ok', version: expect.any(String), catalogVersion: version });
  });

  it('serves the OpenAPI document that is committed', async () => {
    const answer = await wend.get('/openapi.json', { key: null });
    const committed: unknown = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
    expect(answer.body).toEqual(committed);
    expect(answer.body).toMatchObject({ openapi: expect.stringMatching(/^3\.1\./) });
    const etag = answer.headers.get('etag') ?? '';
    const again = await wend.get('/openapi.json', { key: null, headers: { 'if-none-match': etag } });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('lets any page read both', async () => {
    const answer = await wend.get('/health', { key: null, headers: { origin: 'https://anywhere.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://anywhere.example');
  });

  it('is as on its first day after a reset', async () => {
    const { key } = await create({ kind: 'secret' });
    await wend.track('Something', { userId: 'reset-1' });
    await wend.settle();
    expect((await wend.get('/v1/visitors/user:reset-1')).status).toBe(200);
    expect((await wend.post('/_local/reset', {})).status).toBe(200);
    expect((await wend.get('/v1/visitors/user:reset-1')).status).toBe(404);
    expect((await decide(key)).status).toBe(401);
    expect((await decide(SK)).status).toBe(200);
    expect(await clientOf(wend.url).isUp()).toBe(true);
  });
});
