export { handler } from '../../../../functions/api/receive-events.ts';
