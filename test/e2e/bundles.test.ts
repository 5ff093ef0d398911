import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../infra/bundling.ts';
import { FUNCTION_NAMES, FUNCTIONS } from '../../infra/functions.ts';
import { type LocalServiceThread, startLocalService } from '../../local/service-thread.ts';

let folder = '';
let service: LocalServiceThread;

/** The service, each of whose functions is the bundle that is deployed. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wend-bundled-'));
  const bundles = await bundleFunctions(FUNCTION_NAMES, join(folder, 'bundles'));
  for (const name of FUNCTION_NAMES) {
    const file = join(folder, FUNCTIONS[name].source);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      `export { handler } from ${JSON.stringify(join(bundles.get(name) ?? '', 'index.js'))};\n`,
    );
  }
  service = await startLocalService({ functionsDirectory: join(folder, 'functions') });
});

afterAll(async () => {
  await service?.stop();
  await rm(folder, { recursive: true, force: true });
});

const send = async (method: string, path: string, body?: unknown, key = 'sk_local'): Promise<unknown> => {
  const answer = await fetch(`${service.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
};

const CATALOG = [
  { kind: 'settings', id: 'settings', currency: 'USD' },
  {
    kind: 'segment',
    id: 'greek-name',
    where: { 'visitor.traits.name': { $regex: '^\\p{Greek}+$' } },
  },
  {
    kind: 'experience',
    id: 'greeting',
    placement: 'home.hero',
    where: { segment: 'greek-name' },
    content: {
      html: '<p>{% for line in cart.lines %}{{ line.name | upcase }};{% endfor %} {{ "2026-03-01" | date: "%-d %B" }}</p>',
    },
  },
  {
    kind: 'offer',
    id: 'tenth',
    reward: { type: 'percentage', value: 10, on: 'order' },
    until: '2099-01-01T00:00:00Z',
  },
];

describe('the service made of the bundles that are deployed', () => {
  it('publishes, tracks, decides with patterns, templates and offers, and shows the visitor', async () => {
    await send('PUT', '/v1/catalog', { definitions: CATALOG }, 'ak_local');
    await send('POST', '/v1/identify', { userId: 'u-1', traits: { name: 'Ελένη' } });
    await send('POST', '/_local/clock', { advance: 'PT0S' });
    const cart = {
      currency: 'USD',
      lines: [
        { id: 'l-1', sku: 'S-1', name: 'Rose <3', category: 'makeup.lipstick', quantity: 2, unitPrice: 1005 },
      ],
    };
    const decision = await send('POST', '/v1/decide', { userId: 'u-1', placements: ['home.hero'], cart });
    const content = { html: '<p>ROSE &lt;3; 1 March</p>' };
    expect(decision).toMatchObject({
      placements: { 'home.hero': { items: [{ experienceId: 'greeting', content }] } },
      cart: { discountTotal: 201, total: 1809 },
      warnings: [],
    });
    expect(await send('GET', '/v1/visitors/user:u-1')).toMatchObject({ traits: { name: 'Ελένη' } });
    expect(await send('GET', '/health')).toMatchObject({ status: 'ok' });
  });
});
