export { handler } from '../../../../functions/events/on-pool-effects.ts';
