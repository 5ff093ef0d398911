export { handler } from '../../../../functions/api/track-events.ts';
