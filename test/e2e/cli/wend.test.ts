import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServiceThread, startLocalService } from '../../../local/service-thread.ts';
import { DEMO, directoryWith, removeDirectories, wend } from '../../unit/cli/run.ts';

let service: LocalServiceThread;
beforeAll(async () => {
  service = await startLocalService();
});
afterAll(async () => {
  removeDirectories();
  await service.stop();
});

const at = (...argv: string[]) => wend(argv, { environment: { WEND_URL: service.url } });

describe('wend, with a service on this machine', () => {
  it('asks what a visitor gets, for people and for machines', async () => {
    const asked = ['decide', '--anonymous', 'a-1', '--placements', 'home.hero,home.grid=2', '--dry-run'];
    const people = await at(...asked);
    expect(people).toMatchObject({ code: 0, err: '' });
    expect(people.out).toContain('experienceId: hero-default');
    const machines = await at(...asked, '--json', '--explain');
    expect(JSON.parse(machines.out)).toMatchObject({
      placements: { 'home.hero': { items: [{ experienceId: 'hero-default' }] } },
      explanation: { experiences: expect.any(Array) },
    });
  });

  it('prices a cart from a file, and lets an event of just now count', async () => {
    const directory = directoryWith({
      'cart.yaml': 'id: c\ncurrency: USD\nlines: [{ id: l, sku: s, quantity: 1, unitPrice: 40000 }]\n',
      'event.json': JSON.stringify({
        type: 'track',
        event: 'Product Viewed',
        messageId: 'm',
        properties: {},
      }),
    });
    const { code, out } = await at(
      ...['decide', '--user', 'u-1', '--placements', 'cart.banner', '--json'],
      ...['--cart', `${directory}/cart.yaml`, '--event', `${directory}/event.json`, '--channel', 'web'],
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      cart: { total: 38_000, applied: [{ offerId: 'twenty-off', amount: 2000 }] },
      pending: ['m'],
    });
  });

  it('shows a visitor, and says of a stranger that there is none', async () => {
    await expect
      .poll(async () => (await at('visitor', 'user:u-1', '--json')).code, { timeout: 10_000 })
      .toBe(0);
    expect((await at('visitor', 'user:u-1')).out).toContain('userIds:\n  - u-1');
    expect(await at('visitor', 'user:nobody')).toMatchObject({
      code: 1,
      err: '404 Not found: There is no such visitor.\n',
    });
  });

  it('publishes, guards against a lost update, and places what the service refuses', async () => {
    const good = directoryWith({
      'a.yaml': 'kind: experience\nid: hero\nplacement: home.hero\ndefault: true\ncontent: hello\n',
    });
    const published = await at('publish', good);
    expect(published.code).toBe(0);
    expect(published.out).toMatch(/^Published version 2 at http:.*: 1 definition, no errors, no warnings\n$/);

    const stale = await at('publish', good, '--if-match', '1');
    expect(stale.code).toBe(1);
    expect(stale.err).toMatch(/^Not published: 412/);
    expect((await at('publish', good, '--if-match', '2')).code).toBe(0);

    const unbounded = directoryWith({
      'b.yaml':
        'kind: offer\nid: ten\nreward: { type: percentage, value: 10, on: order }\napply: automatic\n',
    });
    const refused = await at('publish', unbounded);
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/b\.yaml:\d+:\d+: error: offer ten: .*\(offer-unbounded\)/);
    expect(refused.err).toBe('Not published: 1 definition, 1 error, no warnings\n');
    const forced = await at('publish', unbounded, '--force', 'It ends by hand tonight', '--json');
    expect(forced.code).toBe(0);
    expect(JSON.parse(forced.out)).toMatchObject({ version: 4, findings: [{ code: 'offer-unbounded' }] });
  });

  it('tells a wrong key and a wrong kind of key from a wrong call', async () => {
    expect(await at('publish', DEMO, '--key', 'sk_local')).toMatchObject({ code: 1 });
    expect((await at('visitor', 'user:u-1', '--key', 'sk_nope')).err).toMatch(/^401/);
  });
});
