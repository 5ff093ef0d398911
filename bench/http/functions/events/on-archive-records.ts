export { handler } from '../../../../functions/events/on-archive-records.ts';
