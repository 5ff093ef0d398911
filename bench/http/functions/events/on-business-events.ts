export { handler } from '../../../../functions/events/on-business-events.ts';
