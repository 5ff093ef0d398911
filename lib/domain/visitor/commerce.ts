import type { CartLine } from '../cart/cart.ts';
import { type CartChange, MAX_CART_BYTES, MAX_CART_LINES } from '../cart/cart-operation.ts';
import { linesWithin } from '../cart/line-weight.ts';
import { scopeOf } from '../cart/scoped-carts.ts';
import { anonymousKey, userKey } from '../identity/visitor-id.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { toMinorUnits } from '../money/minor-units.ts';
import type { Stamp } from '../stamp.ts';
import type { VisitorEvent } from './event.ts';
import { MAX_ORDER_BYTES, MAX_ORDER_LINES, type OrderOperation } from './orders.ts';

/**
 * The e-commerce events of Segment's specification (https://segment.com/docs/connections/spec/ecommerce/v2/),
 * read as what they do to the cart and to the orders. What cannot be read (a product without an id, a price that
 * is no number) changes nothing.
 */

/**
 * Largest amount that is believed, minor units (ten thousand million euros): sums of thousands of them are still
 * exact, so that their order does not matter.
 */
const MAX_AMOUNT = 1_000_000_000_000;

/** Names of the events that may change the cart: of all others not even the ids are looked at. */
const CHANGES_CART: ReadonlySet<string> = new Set([
  'Product Added',
  'Product Removed',
  'Cart Updated',
  'Cart Viewed',
  'Checkout Started',
  'Order Completed',
]);

/** Names of the events that may change orders, likewise. */
const CHANGES_ORDERS: ReadonlySet<string> = new Set(['Order Completed', 'Order Refunded', 'Order Cancelled']);

/** What an event does to the cart of whoever did it, or null. `currency` is the settings'. */
export const readCartChange = (event: VisitorEvent, stamp: Stamp, currency: string): CartChange | null => {
  if (!CHANGES_CART.has(event.name)) return null;
  const { properties, userId, anonymousId = '' } = event;
  const cartId = text(properties.cart_id);
  const base = {
    at: stamp.at,
    tie: stamp.tie,
    currency: readCurrency(properties, currency),
    cartId: cartId ?? event.messageId,
    named: cartId !== undefined,
    scope: scopeOf(userId === undefined ? anonymousKey(anonymousId) : userKey(userId)),
  };
  switch (event.name) {
    case 'Product Added': {
      const line = readLine(properties, base.currency);
      return line === null ? null : { ...base, kind: 'add', line };
    }
    case 'Product Removed': {
      const line = readLine(properties, base.currency);
      if (line === null) return null;
      return { ...base, kind: 'remove', line, anyPrice: isAbsent(properties.price) };
    }
    case 'Cart Updated':
    case 'Cart Viewed':
    case 'Checkout Started':
      if (!Array.isArray(properties.products)) return null;
      return {
        ...base,
        kind: 'replace',
        lines: linesWithin(readLines(properties, base.currency), MAX_CART_LINES, MAX_CART_BYTES),
      };
    case 'Order Completed':
      return { ...base, kind: 'order' };
    default:
      return null;
  }
};

/** What an event does to the orders, or null. */
export const readOrderOperation = (
  event: VisitorEvent,
  stamp: Stamp,
  currency: string,
): OrderOperation | null => {
  if (!CHANGES_ORDERS.has(event.name)) return null;
  const { properties } = event;
  const orderId = text(properties.order_id);
  const orderCurrency = readCurrency(properties, currency);
  const at = { at: stamp.at, tie: stamp.tie };
  switch (event.name) {
    case 'Order Completed': {
      const lines = readLines(properties, orderCurrency);
      const revenue = readAmount(properties, orderCurrency) ?? sumOf(lines);
      const kept = linesWithin(lines, MAX_ORDER_LINES, MAX_ORDER_BYTES);
      const content = { currency: orderCurrency, revenue, lines: kept };
      return { ...at, kind: 'complete', orderId: orderId ?? event.messageId, content };
    }
    case 'Order Refunded': {
      if (orderId === undefined) return null;
      const stated = readAmount(properties, orderCurrency);
      // What is stated and can't be read must not become a refund of everything.
      if (stated === undefined && !(isAbsent(properties.revenue) && isAbsent(properties.total))) return null;
      const amount =
        stated ?? (Array.isArray(properties.products) ? sumOf(readLines(properties, orderCurrency)) : null);
      return { ...at, kind: 'refund', orderId, amount };
    }
    case 'Order Cancelled':
      return orderId === undefined ? null : { ...at, kind: 'cancel', orderId };
    default:
      return null;
  }
};

const sumOf = (lines: readonly CartLine[]): number =>
  Math.min(
    lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0),
    MAX_AMOUNT,
  );

/** `revenue`, else `total`; minor units. */
const readAmount = (properties: JsonObject, currency: string): number | undefined =>
  money(properties.revenue, currency) ?? money(properties.total, currency);

/** The currency that an event states, else the settings'. */
export const readCurrency = (properties: JsonObject, settings: string): string => {
  const { currency } = properties;
  return typeof currency === 'string' && /^[A-Za-z]{3}$/.test(currency) ? currency.toUpperCase() : settings;
};

/** The lines of `products`; those of one key add up. */
const readLines = (properties: JsonObject, currency: string): readonly CartLine[] => {
  const { products } = properties;
  if (!Array.isArray(products)) return [];
  const lines = new Map<string, CartLine>();
  for (const product of products) {
    const line = isJsonObject(product) ? readLine(product, currency) : null;
    if (line === null) continue;
    const twin = lines.get(line.id);
    if (twin === undefined && lines.size === MAX_CART_LINES) break;
    lines.set(line.id, twin === undefined ? line : { ...line, quantity: twin.quantity + line.quantity });
  }
  return [...lines.values()];
};

/** What the specification names of a product; everything else is an attribute. */
const NAMED = new Set([
  'cart_id',
  'order_id',
  'cart_line_id',
  'product_id',
  'sku',
  'variant',
  'price',
  'quantity',
  'name',
  'category',
  'currency',
  'attributes',
  'products',
  'url',
  'image_url',
  'position',
  'coupon',
  'revenue',
  'total',
  'value',
]);

/** Attributes kept of a line. */
const MAX_ATTRIBUTES = 20;
const MAX_ATTRIBUTE_CHARACTERS = 200;
const MAX_KEY_CHARACTERS = 64;

const NO_ATTRIBUTES: JsonObject = {};

const readLine = (product: JsonObject, currency: string): CartLine | null => {
  const productId = text(product.product_id);
  const lineId = text(product.cart_line_id);
  const sku = text(product.sku) ?? productId ?? lineId;
  const unitPrice = isAbsent(product.price) ? 0 : money(product.price, currency);
  const quantity = readQuantity(product.quantity);
  const id = lineId ?? productKey(productId ?? sku, text(product.variant), unitPrice);
  if (id === undefined || sku === undefined || unitPrice === undefined || quantity === undefined) return null;
  const variant = text(product.variant);
  const name = text(product.name);
  const category = text(product.category);
  return {
    id,
    sku,
    ...(productId === undefined ? {} : { productId }),
    ...(variant === undefined ? {} : { variant }),
    ...(name === undefined ? {} : { name }),
    ...(category === undefined ? {} : { category }),
    quantity,
    unitPrice,
    attributes: readAttributes(product),
  };
};

const productKey = (product: string | undefined, variant = '', unitPrice = 0): string | undefined =>
  product === undefined ? undefined : `${product}|${variant}|${unitPrice}`;

const readAttributes = (product: JsonObject): JsonObject => {
  const stated = isJsonObject(product.attributes) ? product.attributes : {};
  const entries = [...Object.entries(product).filter(([key]) => !NAMED.has(key)), ...Object.entries(stated)];
  if (entries.length === 0) return NO_ATTRIBUTES;
  return Object.fromEntries(
    entries
      .filter(([key, value]) => key.length <= MAX_KEY_CHARACTERS && isSmall(value))
      .slice(0, MAX_ATTRIBUTES),
  );
};

const isSmall = (value: Json | undefined): boolean =>
  Array.isArray(value) ? value.length <= MAX_ATTRIBUTES && value.every(isScalar) : isScalar(value);

const isScalar = (value: Json | undefined): boolean =>
  typeof value === 'number' ||
  typeof value === 'boolean' ||
  (typeof value === 'string' && value.length <= MAX_ATTRIBUTE_CHARACTERS);

/** A whole number of units; 1 where none is stated, undefined where it is none. */
const readQuantity = (value: Json | undefined): number | undefined => {
  if (value === undefined || value === null) return 1;
  const quantity = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof quantity !== 'number' || !(quantity >= 1) || quantity > 1_000_000) return undefined;
  return Math.floor(quantity);
};

const money = (value: Json | undefined, currency: string): number | undefined => {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const amount = toMinorUnits(value, currency);
  return amount.ok && amount.amount >= 0 && amount.amount <= MAX_AMOUNT ? amount.amount : undefined;
};

const isAbsent = (value: Json | undefined): boolean => value === undefined || value === null;

const text = (value: Json | undefined): string | undefined => {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value !== '' && value.length <= 512 ? value : undefined;
};
