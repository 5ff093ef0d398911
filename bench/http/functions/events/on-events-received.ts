export { handler } from '../../../../functions/events/on-events-received.ts';
