import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { simulationReportSchema } from '../../../cli/simulate/report-schema.ts';
import { DEMO, directoryWith, removeDirectories, wend } from './run.ts';

afterAll(removeDirectories);

const PACKED = join(import.meta.dirname, '../../../catalog/data/rees46-2019-oct-head.csv.br');

describe('wend', () => {
  it.each([
    [['nonsense']],
    [['decide']],
    [['decide', '--placements', 'a']],
    [['validate']],
    [['visitor', '--nope']],
  ])('ends with 2 when it is called as %j', async (argv) => {
    const { code, err } = await wend(argv);
    expect(code).toBe(2);
    expect(err).not.toBe('');
  });

  it('ends with 0 for its version and its help', async () => {
    expect(await wend(['--version'])).toEqual({ code: 0, out: '0.1.0\n', err: '' });
    expect((await wend(['simulate', '--help'])).code).toBe(0);
  });

  it('never sends the local keys away from this machine', async () => {
    const { code, err } = await wend(['visitor', 'user:u', '--url', 'https://wend.example']);
    expect({ code, err }).toEqual({
      code: 2,
      err: 'A key for https://wend.example is needed: give --key or set WEND_KEY.\n',
    });
  });

  it('says in one sentence that no service answers, and ends with 1', async () => {
    const { code, err } = await wend(['visitor', 'user:u'], {
      environment: { WEND_URL: 'http://127.0.0.1:2' },
    });
    expect(code).toBe(1);
    expect(err).toMatch(/^No service answers at http:\/\/127\.0\.0\.1:2 \(ECONNREFUSED\)/);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('refuses an address that is none', async () => {
    expect((await wend(['visitor', 'user:u', '--url', 'wend.example'])).code).toBe(2);
  });
});

describe('wend validate', () => {
  it('finds nothing wrong with the demo', async () => {
    const { code, out } = await wend(['validate', DEMO]);
    expect(code).toBe(0);
    expect(out).toMatch(/^\d+ definitions, no errors, no warnings\n$/);
  });

  it('names file, line, column and what was expected, and ends with 1', async () => {
    const directory = directoryWith({
      'shop.yaml': 'kind: offer\nid: ten\nreward:\n  type: percentage\n  value: 200\n',
    });
    const { code, out } = await wend(['validate', directory]);
    expect(code).toBe(1);
    expect(out).toMatch(/shop\.yaml:5:3 offer ten: reward\.value: expected/);
  });

  it('places what the lint finds, for machines too', async () => {
    const directory = directoryWith({
      'shop.yaml': [
        'kind: experience',
        'id: hero',
        'placement: home.hero',
        'where: { segment: nobody }',
        'content: x',
      ].join('\n'),
    });
    const { code, out } = await wend(['validate', directory, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      valid: false,
      definitions: 1,
      findings: [
        { code: 'reference-missing', severity: 'error', line: 4, file: join(directory, 'shop.yaml') },
      ],
    });
  });

  it('says that there is nothing where there is nothing', async () => {
    const { code, out } = await wend(['validate', '/nowhere/at/all']);
    expect(code).toBe(1);
    expect(out).toMatch(/expected a file or a directory, found nothing/);
  });
});

describe('wend simulate', () => {
  it('finds in the shipped events what the file holds, the same bytes each time, by the documented schema', async () => {
    const directory = directoryWith({});
    const reports: string[] = [];
    for (const name of ['one.json', 'two.json']) {
      const path = join(directory, name);
      const { code, out, err } = await wend([
        'simulate',
        '--catalog',
        DEMO,
        '--events',
        PACKED,
        '--report',
        path,
      ]);
      expect(code).toBe(0);
      expect(out).toContain('59,442.63 USD');
      expect(err).not.toContain('█');
      reports.push(readFileSync(path, 'utf8'));
    }
    expect(reports[0]).toBe(reports[1]);
    const report = simulationReportSchema.parse(JSON.parse(reports[0] ?? ''));
    expect(report).toMatchObject({
      events: { applied: 17_434, repeated: 0 },
      visitors: { total: 4504, known: 4504 },
      carts: 118,
      orders: { count: 214, revenue: 5_944_263, currency: 'USD' },
      decisions: { count: 17_055 },
      brokenLines: { count: 0 },
    });
    expect(report.offers.some(({ orders }) => (orders.cost['USD'] ?? 0) > 0)).toBe(true);
  });

  it('decides at the events and for the placements that it is told', async () => {
    const directory = directoryWith({
      'e.jsonl': ['Searched', 'Product Viewed']
        .map((event, second) =>
          JSON.stringify({ type: 'track', event, userId: 'u', timestamp: `2026-01-05T09:00:0${second}Z` }),
        )
        .join('\n'),
    });
    const { out, code } = await wend([
      ...['simulate', '--catalog', DEMO, '--events', join(directory, 'e.jsonl'), '--json'],
      ...['--decide-on', 'Searched', '--placements', 'home.hero', '--channel', 'app'],
    ]);
    expect(code).toBe(0);
    const report = simulationReportSchema.parse(JSON.parse(out));
    expect(report.decisions.count).toBe(1);
    expect(report.input).toMatchObject({ decideOn: ['Searched'], channel: 'app', format: 'jsonl' });
    expect(report.experiences.filter(({ impressions }) => impressions > 0)).toMatchObject([
      { experienceId: 'hero-default', impressions: 1 },
    ]);
  });

  it('reports broken lines with their numbers and goes on', async () => {
    const directory = directoryWith({
      'e.jsonl': `nonsense\n${JSON.stringify({ type: 'page', userId: 'u', timestamp: '2026-01-05T09:00:00Z' })}\n`,
    });
    const { code, err, out } = await wend([
      ...['simulate', '--catalog', DEMO, '--events', join(directory, 'e.jsonl'), '--json'],
    ]);
    expect(code).toBe(0);
    expect(err).toContain('1 line could not be played:\n  line 1: expected a JSON object\n');
    expect(simulationReportSchema.parse(JSON.parse(out))).toMatchObject({
      events: { applied: 1 },
      brokenLines: { count: 1, listed: [{ line: 1 }] },
    });
  });

  it('reports nothing of a CSV without the columns that it knows', async () => {
    const directory = directoryWith({ 'e.csv': 'a,b\n1,2\n' });
    const { code, err, out } = await wend([
      ...['simulate', '--catalog', DEMO, '--events', join(directory, 'e.csv')],
    ]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^The events can't be read: line 1: expected the columns event_time,/);
  });

  it('shows a progress bar where somebody watches', async () => {
    const { err } = await wend(['simulate', '--catalog', DEMO, '--events', PACKED], { isTerminal: true });
    expect(err).toContain('█');
  });

  it.each([
    [['--events', 'events.txt'], 2],
    [['--events', '/nowhere.csv'], 1],
    [['--events', 'a.csv', '--format', 'xml'], 2],
    [['--events', 'a.csv', '--placements', ','], 2],
  ])('refuses %j with %i', async (options, code) => {
    expect((await wend(['simulate', '--catalog', DEMO, ...options])).code).toBe(code);
  });
});

describe('cli/bin.js', () => {
  const bin = join(import.meta.dirname, '../../../cli/bin.js');
  /** The machine's own Node, where it is older than what TypeScript needs. */
  const older = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, 'node'))
    .filter((node) => existsSync(node))
    .find(
      (node) => Number(spawnSync(node, ['-p', 'process.versions.node']).stdout.toString().split('.')[0]) < 24,
    );

  it('runs on this Node', () => {
    const { status, stdout } = spawnSync(process.execPath, [bin, '--version']);
    expect({ status, out: stdout.toString() }).toEqual({ status: 0, out: '0.1.0\n' });
  });

  it.skipIf(older === undefined)(
    "hands over to the project's Node on an older one, exit code included",
    () => {
      const { status, stdout } = spawnSync(older ?? '', [bin, '--version']);
      expect({ status, out: stdout.toString() }).toEqual({ status: 0, out: '0.1.0\n' });
      expect(spawnSync(older ?? '', [bin, 'nonsense']).status).toBe(2);
    },
  );

  it.skipIf(older === undefined)('says in one sentence what is missing', () => {
    const { status, stderr } = spawnSync(older ?? '', [bin, '--version'], {
      env: { ...process.env, WEND_HANDED_OVER: '1' },
    });
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(
      /^wend needs Node 24, and this is \S+: run `npm ci` in \S+, which brings it\.\n$/,
    );
  });
});
