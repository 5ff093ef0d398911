export { handler } from '../../../../functions/events/on-follow-effects.ts';
