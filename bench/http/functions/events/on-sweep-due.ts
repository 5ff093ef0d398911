export { handler } from '../../../../functions/events/on-sweep-due.ts';
