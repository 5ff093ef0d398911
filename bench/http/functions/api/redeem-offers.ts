export { handler } from '../../../../functions/api/redeem-offers.ts';
