export { handler } from '../../../../functions/events/on-timers-due.ts';
