export { handler } from '../../../../functions/events/on-timeline-effects.ts';
