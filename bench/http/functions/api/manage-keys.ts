export { handler } from '../../../../functions/api/manage-keys.ts';
