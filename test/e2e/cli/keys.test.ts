import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServiceThread, startLocalService } from '../../../local/service-thread.ts';
import { startEmbeddedStore, type TestStore } from '../../embedded-store.ts';
import { wend } from '../../unit/cli/run.ts';

let store: TestStore;
let service: LocalServiceThread;
beforeAll(async () => {
  service = await startLocalService();
  store = await startEmbeddedStore();
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = store.endpoint;
});
afterAll(async () => {
  await store.stop();
  await service.stop();
});

const create = (...argv: string[]) => wend(['keys', 'create', ...argv]);

describe('the first key of a deployed service', () => {
  it('is an admin key, shown once and alone, and there is no second first', async () => {
    const made = await create('--first', '--table', 'wend-log');
    expect(made).toMatchObject({ code: 0, err: expect.stringContaining('Keep it') });
    expect(made.out).toMatch(/^ak_[\w-]{43}\n$/);
    const again = await create('--first', '--table', 'wend-log');
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toContain('There is an admin key in wend-log already');
  });

  it('is written into the table of its environment, by its name', async () => {
    const { code, err } = await create('--first', '--environment', 'moon');
    expect(code).toBe(1);
    expect(err).toContain("The table wend-moon-log can't be written with these AWS credentials:");
  });

  it.each([
    [['--first'], '--first needs --environment <name>, or --table <name>.'],
    [['--first', '--environment', 'moon', '--kind', 'secret'], 'leave --kind away'],
    [['--kind', 'secret', '--environment', 'moon'], 'go with --first only'],
  ])('is not made by mistake: %j', async (argv, said) => {
    const { code, err } = await create(...argv);
    expect(code).toBe(2);
    expect(err).toContain(said);
  });
});

describe('further keys', () => {
  const at = (...argv: string[]) =>
    wend(['keys', 'create', ...argv], { environment: { WEND_URL: service.url } });

  it('are minted by the service, bound as asked', async () => {
    const { code, out } = await at(
      ...['--kind', 'publishable', '--origin', 'https://shop.example', '--placement', 'home.hero', '--json'],
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      key: expect.stringMatching(/^pk_/),
      origins: ['https://shop.example'],
      placements: ['home.hero'],
    });
    const secret = await at('--kind', 'secret', '--label', 'checkout');
    expect(secret.out).toMatch(/^sk_/);
    expect(
      await wend(['visitor', 'user:nobody', '--url', service.url, '--key', secret.out.trim()]),
    ).toMatchObject({
      code: 1,
      err: '404 Not found: There is no such visitor.\n',
    });
  });

  it.each([
    [[], 'kind: expected publishable, secret or admin'],
    [['--kind', 'secret', '--partner', 'news'], 'kind: only a publishable key can be bound'],
  ])('that make no sense are refused before anything is asked: %j', async (argv, said) => {
    const { code, err } = await at(...argv);
    expect(code).toBe(2);
    expect(err).toContain(said);
  });
});
