export { handler } from '../../../../functions/events/on-counter-effects.ts';
