export { handler } from '../../../../functions/api/get-visitor.ts';
