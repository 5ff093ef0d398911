import { murmur3 } from '../hash.ts';
import { compareStamps, type Stamp } from '../stamp.ts';
import { bytesOf } from '../visitor/bounds.ts';
import type { Cart } from './cart.ts';
import {
  type CartJoin,
  type CartOperation,
  MAX_CART_BYTES,
  MAX_CART_LINES,
  stepCart,
} from './cart-operation.ts';
import { weightOfLine } from './line-weight.ts';

/** The current cart of one or more ids; several share one since a log-in made them one person. */
export interface ScopedCart {
  readonly scopes: readonly string[];
  readonly cart: Cart | null;
  /** The last operation that touched the cart. */
  readonly last: Stamp;
}

/** No scope was told: the operation was stored before there were any, and is whoever's the log is. */
export const UNTOLD = '';

/** Ids that share a cart; those that joined first go. One that went fills a cart of its own again. */
const MAX_SCOPES = 100;

/** Carts that the operations of a log start from. */
const MAX_BASE_CARTS = 16;

/** A short name of an id key (`user:…`, `anon:…`) under which carts are filled: a log says it with each operation. */
export const scopeOf = (idKey: string): string => murmur3(idKey, 0x63617274).toString(36);

/** The carts after one more operation, in order. */
export const stepCarts = (carts: readonly ScopedCart[], operation: CartOperation): readonly ScopedCart[] => {
  if (operation.kind === 'join') return joinCarts(carts, operation);
  const { at, tie, scope = UNTOLD } = operation;
  const index = placeOf(carts, scope);
  const present = carts[index];
  const cart = stepCart(present?.cart ?? null, operation);
  const last = { at, tie };
  let next = carts;
  if (present === undefined) {
    if (cart !== null) next = [...carts, { scopes: [scope], cart, last }];
  } else if (cart !== present.cart) {
    const { scopes } = present;
    next = carts.with(index, { scopes: scopes.includes(scope) ? scopes : [...scopes, scope], cart, last });
  }
  return operation.kind === 'order' && operation.named ? withoutOrdered(next, operation.cartId) : next;
};

const placeOf = (carts: readonly ScopedCart[], scope: string): number => {
  const index = carts.findIndex(({ scopes }) => scopes.includes(scope));
  return index < 0 && scope !== UNTOLD ? carts.findIndex(({ scopes }) => scopes.includes(UNTOLD)) : index;
};

/** What is paid is nobody's cart any more, on whatever device it was filled. */
const withoutOrdered = (carts: readonly ScopedCart[], cartId: string): readonly ScopedCart[] =>
  carts.some(({ cart }) => cart?.id === cartId)
    ? carts.map((scoped) => (scoped.cart?.id === cartId ? { ...scoped, cart: null } : scoped))
    : carts;

const joinCarts = (carts: readonly ScopedCart[], join: CartJoin): readonly ScopedCart[] => {
  const isPart = ({ scopes }: ScopedCart): boolean => scopes.some((scope) => join.scopes.includes(scope));
  const parts = carts.filter(isPart);
  if (parts.length === 1 && areOne(parts, join)) return carts;
  const newest = newestOf(parts);
  const scopes = new Set([...parts.flatMap((part) => part.scopes), ...join.scopes]);
  const joined: ScopedCart = {
    scopes: [...scopes].slice(-MAX_SCOPES),
    cart: newest?.cart ?? null,
    last: newest?.last ?? { at: join.at, tie: join.tie },
  };
  return [...carts.filter((scoped) => !isPart(scoped)), joined];
};

/** Whether these ids share a cart already. */
export const areOne = (carts: readonly ScopedCart[], { scopes }: CartJoin): boolean =>
  carts.some((scoped) => scopes.every((scope) => scoped.scopes.includes(scope)));

/** Negative where `a` is newer. A cart without lines gives way to one with some: looking at an empty cart loses none. */
const compareCarts = (a: ScopedCart, b: ScopedCart): number => {
  const rankOf = ({ cart }: ScopedCart): number => (cart === null ? 0 : cart.lines.length === 0 ? 1 : 2);
  return rankOf(b) - rankOf(a) || compareStamps(b.last, a.last);
};

/** Whose cart is the newest; null where there is none. */
export const newestOf = (carts: readonly ScopedCart[]): ScopedCart | null => {
  let newest: ScopedCart | null = null;
  for (const scoped of carts) {
    if (scoped.cart !== null && (newest === null || compareCarts(scoped, newest) < 0)) newest = scoped;
  }
  return newest;
};

/** Carts of two histories of one person, of the same moment: where they share an id, the newest stands. */
export const uniteCarts = (a: readonly ScopedCart[], b: readonly ScopedCart[]): readonly ScopedCart[] => {
  let carts = a;
  for (const scoped of b) {
    carts = joinCarts(carts.concat(scoped), { kind: 'join', ...scoped.last, scopes: scoped.scopes });
  }
  return carts;
};

/**
 * As many carts as a log starts from at most: the newest, of one cart's lines and text in all. Of the others it is
 * still known whose ids are one.
 */
export const boundCarts = (carts: readonly ScopedCart[]): readonly ScopedCart[] => {
  const kept: ScopedCart[] = [];
  let lines = 0;
  let bytes = 0;
  for (const scoped of carts.length < 2 ? carts : carts.toSorted(compareCarts)) {
    lines += scoped.cart?.lines.length ?? 0;
    bytes += weightOfCart(scoped.cart);
    const fits = kept.length === 0 || (lines <= MAX_CART_LINES && bytes <= MAX_CART_BYTES);
    const cart = fits ? scoped.cart : null;
    if (cart !== null || scoped.scopes.length > 1) kept.push({ ...scoped, cart });
    if (kept.length === MAX_BASE_CARTS) break;
  }
  return kept;
};

const weightOfCart = (cart: Cart | null): number =>
  cart === null ? 0 : cart.lines.reduce((sum, line) => sum + weightOfLine(line), bytesOf(cart.id));
