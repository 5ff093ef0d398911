export { handler } from '../../../../functions/events/on-task-effects.ts';
