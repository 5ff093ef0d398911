import type { VisitorEvent } from '../visitor/event.ts';
import { currentCart, type VisitorState } from '../visitor/state.ts';
import type { World } from './world.ts';

/** Events that may take the last line out of a cart. */
export const EMPTYING: ReadonlySet<string> = new Set([
  'Product Removed',
  'Cart Updated',
  'Cart Viewed',
  'Checkout Started',
  'Order Completed',
]);

const linesOf = (state: VisitorState): number => currentCart(state)?.lines.length ?? 0;

/** When the last line goes, Wend says so (`api.md`, Tracking). */
export const noticeEmptied = (world: World, event: VisitorEvent, before: VisitorState, at: number): void => {
  if (!EMPTYING.has(event.name) || linesOf(before) === 0 || linesOf(world.state) > 0) return;
  const cartId = currentCart(before)?.id ?? null;
  world.happen({
    source: `${event.messageId}:emptied`,
    name: 'Cart Emptied',
    at,
    properties: { cart_id: cartId },
  });
};
