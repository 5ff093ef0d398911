import type { JsonObject } from '../../lib/domain/json.ts';

/**
 * The CSV of REES46's open data (Open CDP): one row an event of a shop, times in UTC to the second, prices in major
 * units. Columns are found by their names in the first line; others are ignored.
 */

const COLUMNS = [
  'event_time',
  'event_type',
  'product_id',
  'category_id',
  'category_code',
  'brand',
  'price',
  'user_id',
  'user_session',
] as const;

type Column = (typeof COLUMNS)[number];

/** Where each column stands. */
export type Rees46Header = { readonly [C in Column]: number };

/** A row as the Segment `track` call that it stands for. */
export interface Rees46Call {
  /** `rees46-<number of the line in the file>`; the header is line 1. */
  readonly messageId: string;
  readonly event: 'Product Viewed' | 'Product Added' | 'Order Completed';
  readonly userId: string;
  /** `user_session`. */
  readonly session: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly properties: JsonObject;
}

export type Rees46Row =
  | { readonly ok: true; readonly call: Rees46Call }
  | { readonly ok: false; readonly message: string };

/** Reads the first line; null where a column is missing. */
export const readRees46Header = (line: string): Rees46Header | null => {
  const names = fieldsOf(line.replace(/^\uFEFF/, '')).map((name) => name.trim());
  const places = COLUMNS.map((column) => names.indexOf(column));
  if (places.includes(-1)) return null;
  const [
    event_time = 0,
    event_type = 0,
    product_id = 0,
    category_id = 0,
    category_code = 0,
    brand = 0,
    price = 0,
    user_id = 0,
    user_session = 0,
  ] = places;
  return {
    event_time,
    event_type,
    product_id,
    category_id,
    category_code,
    brand,
    price,
    user_id,
    user_session,
  };
};

/** The columns that a header must name, as text. */
export const REES46_COLUMNS = COLUMNS.join(',');

/** Fields of a line; quotes as RFC 4180 has them, within one line. */
const fieldsOf = (line: string): readonly string[] => {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  const pattern = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g;
  for (const match of line.matchAll(pattern)) {
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  }
  return fields;
};

/** A reader of rows; it remembers the last time that it read, since rows come in order. */
export const createRees46Reader = (header: Rees46Header, currency: string) => {
  let lastText = '';
  let lastTime = Number.NaN;
  const width = Math.max(...Object.values(header)) + 1;

  const timeOf = (text: string): number => {
    if (text !== lastText) {
      lastText = text;
      lastTime = TIME.test(text) ? Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`) : Number.NaN;
    }
    return lastTime;
  };

  /** @param lineNumber - of the row in its file, the header being line 1 */
  return (line: string, lineNumber: number): Rees46Row => {
    const fields = fieldsOf(line);
    if (fields.length < width) return refused(`expected ${width} columns, found ${fields.length}`);
    const field = (column: Column): string => fields[header[column]] ?? '';
    const at = timeOf(field('event_time'));
    if (Number.isNaN(at)) return refused('event_time: expected a time such as 2019-10-01 00:00:00 UTC');
    const userId = field('user_id');
    if (userId === '') return refused('user_id: expected an id');
    const productId = field('product_id');
    if (productId === '') return refused('product_id: expected an id');
    const text = field('price');
    const price = Number(text);
    if (text === '' || !(price >= 0 && price < 1e12)) return refused('price: expected an amount');
    const category = field('category_code');
    const brand = field('brand');
    const product = {
      product_id: productId,
      ...(category === '' ? {} : { category }),
      ...(brand === '' ? {} : { brand }),
      category_id: field('category_id'),
      price,
    };
    const messageId = `rees46-${lineNumber}`;
    const session = field('user_session');
    const common = { messageId, userId, session, at };
    switch (field('event_type')) {
      case 'view':
        return {
          ok: true,
          call: { ...common, event: 'Product Viewed', properties: { ...product, currency } },
        };
      case 'cart':
        return {
          ok: true,
          call: {
            ...common,
            event: 'Product Added',
            properties: { ...product, cart_id: session, quantity: 1, currency },
          },
        };
      case 'purchase':
        return {
          ok: true,
          call: {
            ...common,
            event: 'Order Completed',
            properties: {
              order_id: messageId,
              cart_id: session,
              revenue: price,
              currency,
              products: [{ ...product, quantity: 1 }],
            },
          },
        };
      default:
        return refused('event_type: expected view, cart or purchase');
    }
  };
};

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/;

const refused = (message: string): Rees46Row => ({ ok: false, message });
