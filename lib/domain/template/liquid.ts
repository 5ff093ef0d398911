import { type FilterImplOptions, Liquid } from 'liquidjs';
import { BoundedCaptureTag, ContentContext, limits } from './bounds.ts';
import { momentOf, type TemplateClock, wallTimeAt, weeksSince } from './clock.ts';
import { strftime } from './strftime.ts';

/** Tags that read other templates, or write into the facts. */
const refusedTags = ['include', 'render', 'layout', 'block', 'increment', 'decrement'];

/** Filters that draw lots, or that parse text of their own (and so escape the compile-time checks and limits). */
const refusedFilters = [
  'sample',
  'where_exp',
  'reject_exp',
  'group_by_exp',
  'has_exp',
  'find_exp',
  'find_index_exp',
];

/** Filters whose result is escaped already. */
const escapingFilters = new Set(['escape', 'escape_once', 'xml_escape']);

const defaultFormat = '%A, %B %-e, %Y at %-l:%M %P %z';
const utc: TemplateClock = { now: 0, timezone: 'UTC' };

/** Lists cost more than text: filters look into each of their elements. */
const sizeOf = (value: unknown): number => {
  if (typeof value === 'string') return value.length + 1;
  return Array.isArray(value) ? 4 * value.length + 1 : 1;
};

/** Makes a filter pay for what it is given, which not all of the library's do. */
const paid = (filter: FilterImplOptions, escapes: boolean): FilterImplOptions => {
  const handler = typeof filter === 'function' ? filter : filter.handler;
  return {
    raw: escapes || (typeof filter !== 'function' && filter.raw),
    handler(value: unknown, ...args: unknown[]): unknown {
      this.context.memoryLimit.use(sizeOf(value));
      return handler.call(this, value, ...args);
    },
  };
};

/** A date filter that prints by `format`; what is no date passes unchanged, as Liquid's own filter lets it. */
const dated = (
  formatOf: (...args: readonly unknown[]) => string,
  zoneOf?: (...args: readonly unknown[]) => unknown,
): FilterImplOptions =>
  function (value: unknown, ...args: unknown[]): unknown {
    const clock = this.context instanceof ContentContext ? this.context.clock : utc;
    const at = momentOf(value, clock);
    if (at === null) return value;
    const zone = zoneOf?.(...args);
    const format = formatOf(...args);
    this.context.memoryLimit.use(format.length * 8);
    if (typeof zone === 'number') return strftime(format, { at, offsetMinutes: -zone, timezone: '' });
    return strftime(format, wallTimeAt(at, typeof zone === 'string' ? zone : clock.timezone));
  };

const longDate =
  (month: string) =>
  (type: unknown, style: unknown): string => {
    if (type !== 'ordinal') return `%d ${month} %Y`;
    return style === 'US' ? `${month} %-d%q, %Y` : `%-d%q ${month} %Y`;
  };

const createLiquid = (escapes: boolean): Liquid => {
  const liquid = new Liquid({
    // An in-memory store without entries: nothing is ever looked for on disk.
    templates: {},
    strictFilters: true,
    strictVariables: false,
    ownPropertyOnly: true,
    parseLimit: limits.parse,
    locale: 'en-US',
    timezoneOffset: 0,
    ...(escapes ? { outputEscape: 'escape' as const } : {}),
  });
  for (const name of refusedTags) {
    liquid.registerTag(name, {
      parse() {
        throw new Error(`tag "${name}" is not available in content`);
      },
      render: () => '',
    });
  }
  liquid.registerTag('capture', BoundedCaptureTag);
  for (const name of refusedFilters) liquid.unregisterFilter(name);
  liquid.registerFilter(
    'date',
    dated(
      (format) => (format === undefined || format === null ? defaultFormat : String(format)),
      (_format, zone) => zone,
    ),
  );
  liquid.registerFilter(
    'date_to_xmlschema',
    dated(() => '%Y-%m-%dT%H:%M:%S%:z'),
  );
  liquid.registerFilter(
    'date_to_rfc822',
    dated(() => '%a, %d %b %Y %H:%M:%S %z'),
  );
  liquid.registerFilter('date_to_string', dated(longDate('%b')));
  liquid.registerFilter('date_to_long_string', dated(longDate('%B')));
  liquid.registerFilter('weeks_since', function (value: unknown): number | null {
    const clock = this.context instanceof ContentContext ? this.context.clock : utc;
    const from = momentOf(value, clock);
    return from === null ? null : weeksSince(from, clock);
  });
  for (const [name, filter] of Object.entries(liquid.filters)) {
    liquid.registerFilter(name, paid(filter, escapes && escapingFilters.has(name)));
  }
  return liquid;
};

/** Liquid for text that is not HTML. */
export const plainLiquid = createLiquid(false);

/** Liquid for HTML: every output is escaped unless its last filter is `raw` (or escapes by itself). */
export const markupLiquid = createLiquid(true);
