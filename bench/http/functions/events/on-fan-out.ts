export { handler } from '../../../../functions/events/on-fan-out.ts';
