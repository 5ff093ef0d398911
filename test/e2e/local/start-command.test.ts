import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listen } from '../../../local/listen.ts';
import {
  type Ended,
  endScripts,
  processesOn,
  ROOT,
  removeTemporaryDirectories,
  startFixture,
  startScript,
  storesOn,
  temporaryDirectory,
  until,
} from './helpers.ts';

afterAll(() => {
  endScripts();
  removeTemporaryDirectories();
});

const FIXTURE = 'test/e2e/local/fixtures/start.ts';

const refusedStart = async (variables: Record<string, string>): Promise<Ended> =>
  await startScript(FIXTURE, { PORT: '0', ...variables }).ended;

const expectOneSentence = (ended: Ended, sentence: RegExp): void => {
  expect(ended.stderr.trim()).toMatch(sentence);
  expect(ended.stderr.trim().split('\n').length).toBe(1);
  expect(ended.stdout).toBe('');
  expect(ended.code).toBe(1);
};

describe('starting', () => {
  it('refuses a port in use', async () => {
    const other = createServer();
    const port = await listen(other, 0);
    const ended = await refusedStart({ WEND_DATA_DIR: 'memory', PORT: String(port) });
    other.close();
    expectOneSentence(
      ended,
      new RegExp(`^Port ${port} is in use by another program; set PORT to a free one\\.$`),
    );
  });

  it('refuses a data directory that another service uses, and says where that one is', async () => {
    const directory = temporaryDirectory();
    const first = await startFixture({ WEND_DATA_DIR: directory });
    const ended = await refusedStart({ WEND_DATA_DIR: directory });
    expectOneSentence(
      ended,
      /^The data directory .* is in use by another local service at http:\/\/127\.0\.0\.1:\d+ \(process \d+\);/,
    );
    expect(ended.stderr).toContain(first.url);
    // The first one is none the worse.
    expect((await fetch(`${first.url}/health`)).status).toBe(200);
    first.process.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
  });

  it('refuses a data directory that can not be written', async () => {
    const parent = temporaryDirectory();
    const file = join(parent, 'file');
    writeFileSync(file, '');
    expectOneSentence(
      await refusedStart({ WEND_DATA_DIR: join(file, 'data') }),
      /^The data directory .*\/file\/data can't be written: /,
    );
    expectOneSentence(
      await refusedStart({ WEND_DATA_DIR: '/proc/wend' }),
      /^The data directory \/proc\/wend can't be written: /,
    );
    if (process.getuid?.() !== 0) {
      const locked = join(parent, 'locked');
      mkdirSync(locked);
      chmodSync(locked, 0o500);
      expectOneSentence(
        await refusedStart({ WEND_DATA_DIR: locked }),
        /^The data directory .*locked can't be written: /,
      );
    }
  });

  it('refuses a data directory whose files are not ours', async () => {
    const directory = temporaryDirectory();
    writeFileSync(
      join(directory, 'bus.db'),
      'this is no database at all, and long enough to be seen as one'.repeat(100),
    );
    expectOneSentence(
      await refusedStart({ WEND_DATA_DIR: directory }),
      /^The file .*bus\.db can't be opened: /,
    );
  });

  it('refuses a store whose file is not one', async () => {
    const directory = temporaryDirectory();
    writeFileSync(
      join(directory, 'dynamodb.db'),
      'this is no database at all, and long enough to be seen as one'.repeat(100),
    );
    const ended = await refusedStart({ WEND_DATA_DIR: directory });
    expectOneSentence(ended, /^The embedded DynamoDB did not start: /);
  });

  it.each([
    [{ PORT: 'eighty' }, /^PORT is 'eighty'; expected a number/],
    [{ PORT: '70000' }, /^PORT is '70000'; expected a number/],
    [{ WEND_LIMITS: 'lots' }, /^WEND_LIMITS is 'lots'; expected 'rate=50,burst=100'/],
    [{ WEND_IDENTITY_SECRET: 'short' }, /^WEND_IDENTITY_SECRET has 5 characters; expected at least 32\./],
    [
      { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' },
      /^The DynamoDB at http:\/\/127\.0\.0\.1:1 can't be used: /,
    ],
  ])('refuses %j', async (variables, sentence) => {
    const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
    expectOneSentence(
      await refusedStart({ WEND_DATA_DIR: 'memory', ...credentials, ...variables }),
      sentence,
    );
  });

  it('refuses a catalog that is not there, is no YAML, or is wrong, and starts with a better one', async () => {
    const directory = temporaryDirectory();
    const catalog = join(temporaryDirectory(), 'catalog.yaml');
    const variables = { WEND_DATA_DIR: directory, WEND_CATALOG: catalog };
    expectOneSentence(
      await refusedStart(variables),
      /^The catalog .*catalog\.yaml can't be published: .*found nothing/,
    );
    writeFileSync(catalog, 'kind: [experience\n');
    expectOneSentence(
      await refusedStart(variables),
      /^The catalog .* can't be published: .*catalog\.yaml:\d+:\d+ /,
    );
    writeFileSync(catalog, 'kind: segment\nid: vip\nwhere: { "traits.vip": true }\nunknownField: 1\n');
    expectOneSentence(
      await refusedStart(variables),
      /^The catalog .* can't be published: .*catalog\.yaml:4:\d+ segment vip/,
    );
    expect(processesOn(directory)).toEqual([]);
    writeFileSync(catalog, 'kind: segment\nid: vip\nwhere: { "traits.vip": true }\n');
    const running = await startFixture(variables);
    running.process.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  });

  it('says what an earlier run left: a moved clock, and a catalog that the given one does not replace', async () => {
    const directory = temporaryDirectory();
    const first = await startFixture({ WEND_DATA_DIR: directory });
    expect(first.stderr()).toBe('');
    await fetch(`${first.url}/_local/clock`, {
      method: 'POST',
      body: JSON.stringify({ set: '2020-01-01T00:00:00Z' }),
    });
    first.process.kill('SIGTERM');
    await first.ended;

    const catalog = join(temporaryDirectory(), 'catalog.yaml');
    writeFileSync(catalog, 'kind: [experience\n');
    const second = await startFixture({ WEND_DATA_DIR: directory, WEND_CATALOG: catalog });
    expect(second.stderr()).toMatch(/^The clock stands at 2020-01-01T00:00:.*moved it/m);
    expect(second.stderr()).toMatch(
      /catalog\.yaml is not loaded: .* holds a catalog already; `npx wend publish`/,
    );

    // A reset fills anew, from files that may have changed meanwhile.
    const refused = await fetch(`${second.url}/_local/reset`, { method: 'POST' });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      detail: expect.stringMatching(/^The catalog .*catalog\.yaml can't be published: /),
    });
    writeFileSync(catalog, 'kind: segment\nid: vip\nwhere: { "traits.vip": true }\n');
    expect((await fetch(`${second.url}/_local/reset`, { method: 'POST' })).status).toBe(200);
    second.process.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
  });

  it('uses a DynamoDB that it is given instead of its own', async () => {
    const own = await startFixture({ WEND_DATA_DIR: 'memory' });
    const directory = temporaryDirectory();
    const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
    const guest = await startFixture({
      WEND_DATA_DIR: directory,
      AWS_ENDPOINT_URL_DYNAMODB: own.storeUrl,
      ...credentials,
    });
    expect(guest.storeUrl).toBe(own.storeUrl);
    expect(storesOn(directory)).toEqual([]);
    for (const running of [guest, own]) {
      running.process.kill('SIGTERM');
      expect((await running.ended).code).toBe(0);
    }
  });
});

describe('stopping', () => {
  it('happens when the npm that started it is gone, however it went', async () => {
    const directory = temporaryDirectory();
    const child = spawn('/bin/sh', ['-c', `"$0" "$1"; true`, process.execPath, FIXTURE], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], PORT: '0', WEND_DATA_DIR: directory, npm_lifecycle_event: 'start' },
      stdio: 'ignore',
    });
    await until(() => storesOn(directory).length === 1);
    child.kill('SIGKILL');
    await until(() => processesOn(directory).length === 0 && !existsSync(join(directory, 'service.json')));
  });

  it('happens by itself, with a sentence, when the store dies', async () => {
    const directory = temporaryDirectory();
    const running = await startFixture({ WEND_DATA_DIR: directory });
    const [store = 0] = storesOn(directory);
    process.kill(store, 'SIGKILL');
    const ended = await running.ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('The embedded DynamoDB ended unexpectedly.');
  });
});
