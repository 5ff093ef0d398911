export { handler } from '../../../../functions/events/on-visitors-changed.ts';
