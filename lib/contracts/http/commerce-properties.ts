import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { currencyExponent } from '../../domain/money/currency.ts';
import { toMinorUnits } from '../../domain/money/minor-units.ts';
import { type FieldError, pathTo } from './field-error.ts';

/** Most lines of a cart or an order. */
const MAX_PRODUCTS = 500;

/** Most units of one line. */
const MAX_QUANTITY = 1_000_000;

/** Largest amount, minor units: the domain believes no larger one. */
const MAX_AMOUNT = 1_000_000_000_000;

/** Longest id of a product, a line, a cart or an order, in characters. */
const MAX_ID_CHARACTERS = 512;

/** Exponents hardly differ, and the settings' currency is not known here. */
const USUAL_CURRENCY = 'EUR';

type Value = Json | undefined;

/** What an event of Segment's e-commerce specification says in money and units. */
interface Meaning {
  /** Its properties are a product. */
  readonly product?: true;
  /** Its properties have a list of products. */
  readonly products?: true;
  /** Its properties have the sums of an order. */
  readonly sums?: true;
  /** Nothing is computed of it: a price may be text, such as "on request". */
  readonly displayed?: true;
}

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['Product Viewed', { product: true, displayed: true }],
  ['Product Clicked', { product: true, displayed: true }],
  ['Product Added', { product: true }],
  ['Product Removed', { product: true }],
  ['Cart Viewed', { products: true }],
  ['Cart Updated', { products: true }],
  ['Checkout Started', { products: true }],
  ['Order Completed', { products: true, sums: true }],
  ['Order Refunded', { products: true, sums: true }],
  ['Order Cancelled', {}],
]);

const ID_FIELDS = ['product_id', 'sku', 'cart_line_id', 'variant', 'cart_id', 'order_id'] as const;

const isAbsent = (value: Value): boolean => value === undefined || value === null;

const isId = (value: Value): boolean =>
  typeof value === 'number' || (typeof value === 'string' && value.length <= MAX_ID_CHARACTERS);

/** Minor units, or null where a value is no amount of money that can be kept exactly. */
const minorUnits = (value: Value, currency: string): number | null => {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const money = toMinorUnits(value, currency);
  return money.ok && money.amount >= 0 && money.amount <= MAX_AMOUNT ? money.amount : null;
};

/** Whole units, or null where a value is no number of them. */
const unitsOf = (value: Value): number | null => {
  const units = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof units === 'number' && Number.isInteger(units) && units >= 0 && units <= MAX_QUANTITY
    ? units
    : null;
};

/** Collects what is wrong with the properties of one event. */
class Check {
  readonly errors: FieldError[] = [];
  readonly currency: string;

  constructor(currency: string) {
    this.currency = currency;
  }

  refuse(path: string, message: string): void {
    this.errors.push({ path, message });
  }

  /** The amount at a path: 0 where it is absent or refused. */
  amount(value: Value, path: string): number {
    if (isAbsent(value)) return 0;
    const amount = minorUnits(value, this.currency);
    if (amount === null)
      this.refuse(path, `expected an amount of money, at least 0 and at most ${MAX_AMOUNT} in minor units`);
    return amount ?? 0;
  }

  quantity(value: Value, path: string): number {
    if (isAbsent(value)) return 1;
    const units = unitsOf(value);
    if (units === null) this.refuse(path, `expected a whole number from 0 to ${MAX_QUANTITY}`);
    return units ?? 0;
  }

  ids(object: JsonObject, path: string): void {
    for (const field of ID_FIELDS) {
      if (!isAbsent(object[field]) && !isId(object[field])) {
        this.refuse(pathTo(path, field), `expected text of at most ${MAX_ID_CHARACTERS} characters`);
      }
    }
  }

  /** What a product is worth, all its units. */
  product(product: JsonObject, path: string): number {
    const price = this.amount(product.price, pathTo(path, 'price'));
    return price * this.quantity(product.quantity, pathTo(path, 'quantity'));
  }

  products(products: Value, path: string): void {
    if (isAbsent(products)) return;
    if (!Array.isArray(products) || products.length > MAX_PRODUCTS) {
      this.refuse(path, `expected a list of at most ${MAX_PRODUCTS} products`);
      return;
    }
    let worth = 0;
    for (const [index, product] of products.entries()) {
      const place = pathTo(path, index);
      if (!isJsonObject(product)) this.refuse(place, 'expected an object');
      else {
        this.ids(product, place);
        worth += this.product(product, place);
      }
    }
    if (worth > MAX_AMOUNT)
      this.refuse(path, `expected products that are worth at most ${MAX_AMOUNT} in all`);
  }
}

/**
 * What is wrong with an e-commerce event: amounts that are no money, units that are no number, a currency that
 * does not exist. Such an event would silently leave cart, orders or revenue wrong, so it is refused. An event
 * that means nothing to them may say what it likes.
 *
 * @param name - of the track event
 */
export const commerceErrors = (name: string, properties: JsonObject): readonly FieldError[] => {
  const meaning = MEANINGS.get(name);
  if (meaning === undefined) return [];
  const { currency } = properties;
  const code = typeof currency === 'string' ? currency.toUpperCase() : USUAL_CURRENCY;
  const isCurrency = isAbsent(currency) || (typeof currency === 'string' && currencyExponent(code) !== null);
  if (meaning.displayed === true) {
    const check = new Check(isCurrency ? code : USUAL_CURRENCY);
    if (typeof properties.price === 'number') check.amount(properties.price, 'properties.price');
    return check.errors;
  }
  if (!isCurrency) return [{ path: 'properties.currency', message: 'expected a currency of ISO 4217' }];
  const check = new Check(code);
  check.ids(properties, 'properties');
  if (meaning.product === true) check.product(properties, 'properties');
  if (meaning.products === true) check.products(properties.products, 'properties.products');
  if (meaning.sums === true) {
    check.amount(properties.revenue, 'properties.revenue');
    check.amount(properties.total, 'properties.total');
  }
  return check.errors;
};
