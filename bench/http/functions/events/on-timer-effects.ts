export { handler } from '../../../../functions/events/on-timer-effects.ts';
