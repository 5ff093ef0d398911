import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatFileError, readCatalog } from '../../../lib/adapters/catalog-files/read-catalog.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wend-catalog-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const write = (name: string, text: string): void => {
  mkdirSync(join(directory, name, '..'), { recursive: true });
  writeFileSync(join(directory, name), text);
};

/** Errors as one line each, with the directory left out. */
const errorsOf = async (location = directory): Promise<readonly string[]> => {
  const read = await readCatalog(location);
  return read.ok ? [] : read.errors.map((error) => formatFileError(error).replace(`${directory}/`, ''));
};

describe('reading a catalog from files', () => {
  it('takes YAML and JSON at any depth, many definitions to a file, in the order of their paths', async () => {
    write('b.yaml', 'kind: segment\nid: one\nwhere: {}\n---\nkind: segment\nid: two\nwhere: {}\n');
    write('deep/er/c.json', '{ "definitions": [{ "kind": "segment", "id": "three", "where": {} }] }');
    write('a.yml', '- { kind: segment, id: zero, where: {} }\n- { kind: list, id: l, rows: [] }\n');
    write('README.md', 'not a definition');
    write('x.schema.json', '{}');
    write('.hidden/d.yaml', 'kind: nonsense');
    write('empty.yaml', '# nothing yet\n---\n---\n');
    const read = await readCatalog(directory);
    expect(read.ok && read.definitions.map((definition) => definition.id)).toEqual([
      'zero',
      'l',
      'one',
      'two',
      'three',
    ]);
  });

  it('takes a single file', async () => {
    write('one.yaml', 'kind: segment\nid: one\nwhere: {}\n');
    expect((await readCatalog(join(directory, 'one.yaml'))).ok).toBe(true);
  });

  it('names file, line, column, path and what was expected', async () => {
    write(
      'shop.yaml',
      'kind: segment\nid: fine\nwhere: {}\n---\nkind: experience\nid: hero\nplacement: home.hero\ncontent: {}\nlimit:\n  max: 5\n  per: a day\n',
    );
    expect(await errorsOf()).toEqual([
      'shop.yaml:11:3 experience hero: limit.per: expected an ISO 8601 duration longer than nothing, such as PT45M or P30D',
    ]);
  });

  it('points at the definition where something is missing', async () => {
    write('shop.yaml', '# first\nkind: segment\nid: vip\n');
    expect(await errorsOf()).toEqual([
      'shop.yaml:2:1 segment vip: where: expected a condition: an object of facts',
    ]);
  });

  it('locates a finding, through keys that hold dots', async () => {
    write('shop.yaml', 'kind: segment\nid: vip\nwhere:\n  stats.orders: 1\n  stats.revenue:\n    $gte: 5\n');
    const read = await readCatalog(directory);
    const place = read.ok && read.locate({ kind: 'segment', id: 'vip', path: 'where.stats.revenue.$gte' });
    expect(place).toEqual({ file: join(directory, 'shop.yaml'), line: 6, column: 5 });
  });

  it.each([
    ['broken YAML', 'a.yaml', 'kind: segment\nid: [1\n', /^a\.yaml:\d+:\d+ .*expected|must|Flow/i],
    [
      'a key that stands twice',
      'a.yaml',
      'kind: segment\nid: a\nid: b\nwhere: {}\n',
      /^a\.yaml:3:1 .*unique/,
    ],
    ['broken JSON', 'a.json', '[{"kind":"segment",}]', /^a\.json:1:20 expected JSON/],
    [
      'an alias bomb',
      'a.yaml',
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n',
      /alias/,
    ],
    [
      'nesting without end',
      'a.yaml',
      `kind: list\nid: l\nrows: ${'['.repeat(9_000)}${']'.repeat(9_000)}\n`,
      /nesting/,
    ],
    ['a text that is no definition', 'a.yaml', 'hello\n', /^a\.yaml:1:1 .*expected/],
  ])('refuses %s and does not throw', async (_what, name, text, expected) => {
    write(name, text);
    expect((await errorsOf()).join('\n')).toMatch(expected);
  });

  it('says so where nothing is there', async () => {
    expect(await errorsOf(join(directory, 'none'))).toEqual([
      'none:1:1 expected a file or a directory, found nothing',
    ]);
    expect((await errorsOf()).join()).toMatch(/found none/);
  });
});
