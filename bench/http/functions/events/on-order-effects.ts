export { handler } from '../../../../functions/events/on-order-effects.ts';
