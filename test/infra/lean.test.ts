import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { lean } from '../../infra/lean.ts';
import * as whole from './lean-subjects.ts';

type Subjects = typeof whole;

const repository = new URL('../../', import.meta.url).pathname;
let folder = '';
let cut: Subjects;

/** What functions use of the libraries that are cut, bundled as functions are. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wend-lean-'));
  const outfile = join(folder, 'subjects.mjs');
  await build({
    entryPoints: ['test/infra/lean-subjects.ts'],
    absWorkingDir: repository,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    plugins: [lean],
  });
  const imported: unknown = await import(/* @vite-ignore */ pathToFileURL(outfile).href);
  cut = z.custom<Subjects>((value) => typeof value === 'object').parse(imported);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Points of every script and plane: each kind of character is met often, the tables' edges by chance. */
const POINTS = Array.from({ length: 3000 }, (_, index) =>
  index < 600 ? index : (index * index * 31) % 0x32000,
)
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point));

const CLASSES =
  'C Cc Cf Cn Co Cs L LC Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs ' +
  'Alphabetic Dash Emoji Hex_Digit Lowercase Math Quotation_Mark Uppercase White_Space Arabic Armenian Bengali ' +
  'Common Cyrillic Devanagari Greek Han Hangul Hebrew Hiragana Inherited Katakana Latin Tamil Thai Yi Any ASCII ' +
  'Klingon hasOwnProperty constructor';

/** What a pattern says of each point, or why it is none. */
const verdict = ({ compilePattern }: Subjects, source: string, ignoreCase: boolean): string => {
  const compiled = compilePattern(source, ignoreCase);
  if (!compiled.ok) return compiled.message;
  return POINTS.map((point) => (compiled.pattern.matches(point) ? '1' : '0')).join('');
};

describe('patterns in a bundle', () => {
  it.each([
    [false, 'as they are written'],
    [true, 'where case is ignored'],
  ])('know the same classes of characters as everywhere (%s: %s)', (ignoreCase) => {
    for (const name of CLASSES.split(' ')) {
      expect(verdict(cut, `^\\p{${name}}$`, ignoreCase), name).toBe(
        verdict(whole, `^\\p{${name}}$`, ignoreCase),
      );
    }
  });

  it.each([
    '^[à-þ]$',
    '^ſ$',
    '^[^\\W]$',
    '\\bk\\b',
    '^(?:σ|ß|i)$',
    '[[:alpha:]]',
    '\\PL',
    '(?i)ω',
    '(',
    'a{1001}',
  ])('match the same, or are refused in the same words: %s', (source) => {
    for (const ignoreCase of [false, true]) {
      expect(verdict(cut, source, ignoreCase)).toBe(verdict(whole, source, ignoreCase));
    }
  });

  it('search long texts as they do everywhere', () => {
    const texts = [
      '',
      'x'.repeat(5000),
      `${'ab'.repeat(3000)}c`,
      'Ωmega '.repeat(900),
      '\u{1f600}'.repeat(2000),
    ];
    for (const source of [
      '(?:ab)+c$',
      '(a|b|ab)*c',
      'ωMEGA\\s+ω',
      'x{40,60}y|x$',
      '^(\\p{L}+ )+$',
      '\u{1f600}+$',
    ]) {
      const [mine, theirs] = [cut, whole].map(({ compilePattern }) => {
        const compiled = compilePattern(source, true);
        return compiled.ok ? texts.map((text) => compiled.pattern.matches(text)) : compiled.message;
      });
      expect(mine, source).toEqual(theirs);
    }
  });
});

const TEMPLATES = [
  'Hello {{ visitor.traits.name | default: "you" | escape }}{% if cart.total > 10 %}, {{ cart.total }}{% endif %}',
  '{% for line in cart.lines reversed %}{{ forloop.index }}. {{ line.name | upcase | truncate: 7 }}{% else %}-{% endfor %}',
  '{% assign big = cart.lines | where: "quantity", 2 | map: "name" | join: ", " %}{{ big }}',
  '{% case cart.lines.size %}{% when 2 %}two{% else %}many{% endcase %}{% unless x %}!{% endunless %}',
  '{% tablerow line in cart.lines cols: 2 %}{{ line.name }}{% endtablerow %}',
  '{% capture name %}<b>{{ visitor.traits.name }}</b>{% endcapture %}{{ name }}{% cycle "a", "b" %}',
  '{% liquid assign n = 3 | times: 2\n echo n %}{% raw %}{{ n }}{% endraw %}{% comment %}no{% endcomment %}{% # no %}',
  '{{ now | date: "%A, %-d %B %Y %H:%M %Z" }} {{ now | date_to_string: "ordinal", "US" }} {{ "now" | date }}',
  '{{ "2026-03-01" | date_to_xmlschema }} {{ "2026-03-01" | date_to_rfc822 }} {{ 0 | date_to_long_string }}',
  '{{ cart.lines | sort: "name" | json }} {{ cart.lines | group_by: "quantity" | json }} {{ "a b" | url_encode }}',
  '{{ "now" | weeks_since }} {{ visitor | inspect }} {{ 7 | divided_by: 0 }}',
  ...['include "a"', 'render "a"', 'layout "a"', 'block a', 'increment n', 'decrement n', 'unknown'].map(
    (tag) => `{% ${tag} %}`,
  ),
  ...['sample', 'where_exp: "x", "x"', 'unknown'].map((filter) => `{{ cart.lines | ${filter} }}`),
  '{% if %}',
  '{{ "unclosed }}',
];

const SCOPE = {
  now: Date.UTC(2026, 10, 22, 23, 30),
  timezone: 'Asia/Tokyo',
  roots: {
    visitor: { traits: { name: '<Ann & Bob>' } },
    cart: {
      total: 42,
      lines: [
        { name: 'Pomegranate', quantity: 2 },
        { name: 'apple', quantity: 1 },
      ],
    },
  },
};

describe('content in a bundle', () => {
  it.each(TEMPLATES)('reads and prints the same, or is refused in the same words: %s', (text) => {
    const [mine, theirs] = [cut, whole].map(({ compileContent, renderContent }) => {
      const compiled = compileContent({ text, html: text });
      return compiled.ok
        ? [compiled.template.facts, renderContent(compiled.template, SCOPE)]
        : compiled.errors;
    });
    expect(mine).toEqual(theirs);
  });
});

describe('the store in a bundle', () => {
  it.each([
    'ConditionalCheckFailedException',
    'TransactionCanceledException',
    'TransactionConflictException',
    'TransactionInProgressException',
    'IdempotentParameterMismatchException',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'ThrottlingException',
    'ItemCollectionSizeLimitExceededException',
    'ReplicatedWriteConflictException',
    'ResourceNotFoundException',
    'InternalServerError',
    'ValidationException',
  ])('fails by the same errors as everywhere: %s', async (type) => {
    expect(await cut.errorOf(type)).toEqual(await whole.errorOf(type));
  });
});

describe('schemas in a bundle', () => {
  it('check the same, and say that they do not describe themselves', () => {
    for (const value of [{ id: 'x', n: 1 }, { id: '', n: 1.5 }, { id: 'x', n: '1', more: true }, null]) {
      expect(cut.check(value)).toEqual(whole.check(value));
    }
    expect(() => cut.describeSchema()).toThrow('JSON Schemas are not part of this bundle');
    expect(whole.describeSchema()).toMatchObject({ type: 'object' });
  });
});
