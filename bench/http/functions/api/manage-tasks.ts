export { handler } from '../../../../functions/api/manage-tasks.ts';
