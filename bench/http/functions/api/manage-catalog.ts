export { handler } from '../../../../functions/api/manage-catalog.ts';
