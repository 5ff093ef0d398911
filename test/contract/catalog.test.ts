import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { AK, experience, fresh, pathsOf, percentOff, problemOf, serviceForFile } from './client.ts';

const first = [
  { kind: 'settings', id: 'settings', currency: 'EUR' },
  experience('hello', 'page', { content: { text: 'one' } }),
];
const wend = serviceForFile(first);

const versionsSchema = z.object({
  active: z.int(),
  rollout: z.object({ version: z.int(), percent: z.number() }).nullable(),
  versions: z.array(
    z.looseObject({
      version: z.int(),
      publishedAt: z.iso.datetime(),
      definitions: z.int(),
      forced: z.string().optional(),
    }),
  ),
});
const findingSchema = z.strictObject({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  kind: z.string(),
  id: z.string(),
  path: z.string(),
  message: z.string().min(1),
  evidence: z.unknown(),
});

const put = (json: unknown, headers: Record<string, string> = {}) =>
  wend.send('PUT', '/v1/catalog', { key: AK, json, headers });
const activate = (json: object) => wend.send('POST', '/v1/catalog/activate', { key: AK, json });
const validate = (definitions: unknown) =>
  wend.send('POST', '/v1/catalog/validate', { key: AK, json: { definitions } });
const catalog = (headers: Record<string, string> = {}) => wend.get('/v1/catalog', { key: AK, headers });
const versions = async () => versionsSchema.parse((await wend.get('/v1/catalog/versions', { key: AK })).body);
const saying = (text: string) => [first[0] ?? {}, experience('hello', 'page', { content: { text } })];
const shown = async (anonymousId: string): Promise<unknown> =>
  (await wend.decide({ anonymousId, placements: ['page'] })).placements['page']?.items[0]?.content;
const codesOf = (answer: { body: unknown }): readonly string[] =>
  z
    .object({ findings: z.array(findingSchema) })
    .parse(answer.body)
    .findings.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code);

describe('the catalog', () => {
  it('is given as it was published, with an ETag', async () => {
    const answer = await catalog();
    expect(answer.body).toMatchObject({ version: 1, rollout: null, definitions: first });
    const etag = answer.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[^"]+"$/);
    const same = await catalog({ 'if-none-match': etag });
    expect([same.status, same.text]).toEqual([304, '']);
  });

  it('is served by its next version as soon as the publish is answered', async () => {
    for (let round = 0; round < 5; round++) {
      const text = fresh('text');
      const version = await wend.publish(saying(text));
      const answer = await wend.decide({ anonymousId: fresh('a'), placements: ['page'] });
      expect(answer.catalogVersion).toBe(version);
      expect(answer.placements['page']?.items[0]?.content).toEqual({ text });
      expect((await wend.get('/health', { key: null })).body).toMatchObject({ catalogVersion: version });
    }
  });

  it('keeps versions as they were, and counts on', async () => {
    const before = await versions();
    const version = await wend.publish(saying('next'));
    const after = await versions();
    expect(version).toBe(Math.max(...before.versions.map((one) => one.version)) + 1);
    expect(after.active).toBe(version);
    expect(after.versions.slice(1)).toEqual(before.versions);
    expect(after.versions[0]).toMatchObject({ version, definitions: 2 });
  });
});

describe('If-Match', () => {
  it('guards against a lost update', async () => {
    const etag = (await catalog()).headers.get('etag') ?? '';
    const mine = await put({ definitions: saying('mine') }, { 'if-match': etag });
    expect(mine.status).toBe(200);
    expect(mine.headers.get('etag')).toBe((await catalog()).headers.get('etag'));
    const theirs = await put({ definitions: saying('theirs') }, { 'if-match': etag });
    expect(theirs.status).toBe(412);
    problemOf(theirs);
    expect(await shown(fresh('a'))).toEqual({ text: 'mine' });
    expect((await put({ definitions: saying('any') }, { 'if-match': '*' })).status).toBe(200);
    expect((await put({ definitions: saying('any') }, { 'if-match': '"nonsense"' })).status).toBe(412);
  });

  it('notices a roll-out too, and so does If-None-Match', async () => {
    const version = await wend.publish(saying('part'));
    const etag = (await catalog()).headers.get('etag') ?? '';
    expect((await activate({ version: 1, percent: 30 })).status).toBe(200);
    const changed = await catalog({ 'if-none-match': etag });
    expect([changed.status, changed.body]).toEqual([
      200,
      expect.objectContaining({ version, rollout: { version: 1, percent: 30 } }),
    ]);
    expect((await put({ definitions: saying('x') }, { 'if-match': etag })).status).toBe(412);
    const fresher = changed.headers.get('etag') ?? '';
    expect((await put({ definitions: saying('x') }, { 'if-match': fresher })).status).toBe(200);
  });

  it('lets exactly one of many publishers at the same time through', async () => {
    const etag = (await catalog()).headers.get('etag') ?? '';
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        put({ definitions: saying(`p${index}`) }, { 'if-match': etag }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
  });

  it('is not needed: publishers at the same time get versions of their own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, (_, index) => put({ definitions: saying(`q${index}`) })),
    );
    const published = answers.filter(({ status }) => status === 200);
    expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
    const numbers = published.map(({ body }) => z.looseObject({ version: z.int() }).parse(body).version);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect((await versions()).active).toBe(Math.max(...numbers));
  });
});

describe('activation', () => {
  it('rolls back and forward', async () => {
    const [one, two] = [await wend.publish(saying('one')), await wend.publish(saying('two'))];
    const visitor = fresh('a');
    expect(await shown(visitor)).toEqual({ text: 'two' });
    expect((await activate({ version: one })).body).toMatchObject({ active: one, rollout: null });
    expect(await shown(visitor)).toEqual({ text: 'one' });
    expect((await catalog()).body).toMatchObject({ version: one });
    await activate({ version: two, percent: 100 });
    expect(await shown(visitor)).toEqual({ text: 'two' });
    expect(await wend.publish(saying('three'))).toBe(two + 1);
  });

  it('of a percentage gives each person always the same one of both', async () => {
    const [one, two] = [await wend.publish(saying('one')), await wend.publish(saying('two'))];
    await activate({ version: one });
    const rolled = await activate({ version: two, percent: 50 });
    expect(rolled.body).toMatchObject({ active: one, rollout: { version: two, percent: 50 } });
    expect(await versions()).toMatchObject({ active: one, rollout: { version: two, percent: 50 } });
    const people = Array.from({ length: 40 }, () => fresh('a'));
    const textOf = async (anonymousId: string) => JSON.stringify(await shown(anonymousId));
    const seen = await Promise.all(people.map(textOf));
    const share = seen.filter((text) => text.includes('two')).length;
    expect(share).toBeGreaterThan(8);
    expect(share).toBeLessThan(32);
    expect(await Promise.all(people.map(textOf))).toEqual(seen);
    // A larger share takes nobody's new version away.
    await activate({ version: two, percent: 80 });
    const later = await Promise.all(people.map(textOf));
    const lost = seen.filter((text, index) => text.includes('two') && later[index] !== text);
    expect(lost).toEqual([]);
    await activate({ version: two });
    expect(new Set(await Promise.all(people.map(textOf))).size).toBe(1);
  });

  it.each([
    [{ version: 9999 }, 404],
    [{ version: 0 }, 400],
    [{ version: 1.5 }, 400],
    [{ version: '1' }, 400],
    [{}, 400],
    [{ version: 1, percent: 0 }, 400],
    [{ version: 1, percent: 101 }, 400],
    [{ version: 1, foo: 1 }, 400],
  ])('of %j is %s', async (json, status) => {
    const before = await versions();
    const answer = await activate(json);
    expect(answer.status).toBe(status);
    problemOf(answer);
    expect((await versions()).active).toBe(before.active);
  });
});

describe('a catalog that is wrong', () => {
  const loop = [
    { kind: 'segment', id: 'a', where: { segment: 'b' } },
    { kind: 'segment', id: 'b', where: { $not: { segment: 'c' } } },
    { kind: 'segment', id: 'c', where: { $or: [{ segment: 'a' }] } },
  ];

  it.each<[string, unknown[], string]>([
    ['an unknown kind', [{ kind: 'potion', id: 'x' }], 'definitions[0].kind'],
    ['no kind', [{ id: 'x' }], 'definitions[0].kind'],
    ['no id', [{ kind: 'segment', where: {} }], 'definitions[0].id'],
    ['an id in capitals', [{ kind: 'segment', id: 'Vip', where: {} }], 'definitions[0].id'],
    ['no object', [5], 'definitions[0]'],
    ['an unknown field', [experience('x', 'page', { color: 'red' })], 'definitions[0].color'],
    [
      'an unknown operator',
      [experience('x', 'page', { where: { a: { $near: 1 } } })],
      'definitions[0].where.a.$near',
    ],
    ['a priority of 101', [experience('x', 'page', { priority: 101 })], 'definitions[0].priority'],
    ['a duplicate id', [...first, experience('hello', 'page')], 'definitions[2].id'],
    [
      'two settings',
      [
        { kind: 'settings', id: 'settings' },
        { kind: 'settings', id: 'settings' },
      ],
      'definitions[1].kind',
    ],
    [
      'a missing reference',
      [experience('x', 'page', { where: { segment: 'gone' } })],
      'definitions[0].where',
    ],
    ['a cycle', loop, 'definitions[0].where'],
    [
      'a regular expression with a back-reference',
      [experience('x', 'page', { where: { 'traits.a': { $regex: '(a)\\1' } } })],
      'definitions[0].where.traits.a.$regex',
    ],
    [
      'a broken regular expression',
      [experience('x', 'page', { where: { 'traits.a': { $regex: '(' } } })],
      'definitions[0].where.traits.a.$regex',
    ],
    ['an unbounded offer', [percentOff('x', 10, { until: undefined })], 'definitions[0]'],
    ['a percentage of 101', [percentOff('x', 101)], 'definitions[0].reward.value'],
  ])(
    'because of %s is refused with 422, errors and findings, and changes nothing',
    async (_, definitions, path) => {
      const before = await versions();
      const answer = await put({ definitions });
      expect(answer.status).toBe(422);
      const problem = problemOf(answer);
      expect(problem.errors?.some((error) => error.path.startsWith(path))).toBe(true);
      expect(
        z
          .array(findingSchema)
          .parse(problem.findings)
          .some(({ severity }) => severity === 'error'),
      ).toBe(true);
      expect(await versions()).toEqual(before);
      const report = await validate(definitions);
      expect([report.status, report.body]).toEqual([200, expect.objectContaining({ valid: false })]);
      expect(codesOf(report)).not.toHaveLength(0);
    },
  );

  it.each([
    [{}, 'definitions'],
    [{ definitions: {} }, 'definitions'],
    [{ definitions: [], foo: 1 }, 'foo'],
    [{ definitions: [], force: true }, 'force'],
    [{ definitions: [], force: { reason: ' ' } }, 'force.reason'],
  ])('in its request, %j, is refused with 400', async (json, path) => {
    const answer = await put(json);
    expect([answer.status, pathsOf(answer)]).toEqual([400, [path]]);
  });

  it('by its lint only is published with force and a reason, which is recorded', async () => {
    const definitions = [percentOff('endless', 10, { until: undefined })];
    expect(codesOf({ body: problemOf(await put({ definitions })) })).toEqual(['offer-unbounded']);
    const forced = await put({ definitions, force: { reason: 'the board wants it' } });
    expect(forced.status).toBe(200);
    expect((await versions()).versions[0]).toMatchObject({ forced: 'the board wants it' });
    const decided = await wend.decide({
      anonymousId: fresh('a'),
      cart: { currency: 'EUR', lines: [{ id: 'l', sku: 's', quantity: 1, unitPrice: 1000 }] },
    });
    expect(decided.cart?.total).toBe(900);
  });

  it('beyond what force may overrule is refused all the same', async () => {
    const answer = await put({ definitions: loop, force: { reason: 'please' } });
    expect(answer.status).toBe(422);
    const broken = await put({ definitions: [{ kind: 'potion', id: 'x' }], force: { reason: 'please' } });
    expect(broken.status).toBe(422);
  });

  it('in a template only is published with a warning, and degrades its placement', async () => {
    const broken = experience('broken', 'page', { priority: 90, content: 'Hello {{ visitor.name' });
    const answer = await put({ definitions: [...first, broken] });
    expect(answer.body).toMatchObject({ findings: [{ code: 'template-invalid', severity: 'warning' }] });
    const decided = await wend.decide({ anonymousId: fresh('a'), placements: ['page'] });
    expect(decided.placements['page']?.items[0]?.experienceId).toBe('hello');
    expect(decided.warnings).toEqual([
      expect.objectContaining({ experienceId: 'broken', placement: 'page' }),
    ]);
  });

  it('by a regular expression that is catastrophic elsewhere runs in linear time here', async () => {
    const definitions = [
      ...first,
      experience('evil', 'page', { where: { 'traits.text': { $regex: '^(([a-z])+.)+[A-Z]([a-z])+$' } } }),
      experience('evil-too', 'page', { where: { 'traits.text': { $regex: '(a*)*(a|aa)+$' } } }),
    ];
    expect((await put({ definitions })).status).toBe(200);
    const userId = fresh('u');
    await wend.post('/v1/identify', { userId, traits: { text: 'a'.repeat(30_000) } });
    await wend.settle();
    const start = performance.now();
    expect((await wend.decide({ userId, placements: ['page'] })).warnings).toEqual([]);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('validation', () => {
  it('reports findings, warnings too, and stores nothing', async () => {
    const before = await versions();
    const fine = await validate(saying('x'));
    expect(fine.body).toEqual({ valid: true, findings: [] });
    const journey = {
      kind: 'journey',
      id: 'welcome',
      enter: { on: 'Signed Up' },
      steps: [{ id: 'show', show: { placement: 'page', content: {}, for: 'P1D' } }],
    };
    const warned = await validate([...first, journey]);
    const report = z.object({ valid: z.boolean(), findings: z.array(findingSchema) }).parse(warned.body);
    expect(report.valid).toBe(true);
    expect(new Set(report.findings.map(({ severity }) => severity))).toEqual(new Set(['warning']));
    expect(report.findings).toContainEqual(
      expect.objectContaining({ code: 'goal-missing', kind: 'journey', id: 'welcome' }),
    );
    expect(await versions()).toEqual(before);
  });

  it('of a large catalog takes its time and keeps its temper', async () => {
    const many = Array.from({ length: 2000 }, (_, index) =>
      experience(`e-${index}`, `p-${index % 50}`, { where: { 'traits.n': { $gte: index } } }),
    );
    expect((await put({ definitions: many })).status).toBe(200);
    const answer = await wend.decide({
      anonymousId: fresh('a'),
      placements: ['p-7'],
      events: [{ type: 'identify', traits: { n: 300 } }],
    });
    expect(answer.placements['p-7']?.items).toHaveLength(1);
    const huge = await put({ definitions: [{ text: 'x'.repeat(7 * 1024 * 1024) }] });
    expect(huge.status).toBe(413);
    expect(await wend.isUp()).toBe(true);
  });
});
