export { handler } from '../../../../functions/events/on-bus-effects.ts';
