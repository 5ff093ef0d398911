import { emptiedCart } from '../cart/cart-log.ts';
import type { VisitorEvent } from '../visitor/event.ts';
import type { VisitorState } from '../visitor/state.ts';
import type { World } from './world.ts';

/** Events that may take the last line out of a cart. */
export const EMPTYING: ReadonlySet<string> = new Set([
  'Product Removed',
  'Cart Updated',
  'Cart Viewed',
  'Checkout Started',
  'Order Completed',
]);

/** When the last line goes, Wend says so (`api.md`, Tracking); a log-in at which a newer cart stands empties none. */
export const noticeEmptied = (world: World, event: VisitorEvent, before: VisitorState, at: number): void => {
  if (!EMPTYING.has(event.name)) return;
  const emptied = emptiedCart(before.cart, world.state.cart);
  if (emptied === null) return;
  world.happen({
    source: `${event.messageId}:emptied`,
    name: 'Cart Emptied',
    at,
    properties: { cart_id: emptied.id },
  });
};
