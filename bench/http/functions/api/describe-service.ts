export { handler } from '../../../../functions/api/describe-service.ts';
