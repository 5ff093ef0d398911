export { handler } from '../../../../functions/events/on-delivery-effects.ts';
