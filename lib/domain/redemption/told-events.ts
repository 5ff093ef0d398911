/** Wend tells a visitor of each offer of an order that is paid, and of each that a paid order gave back. */
export const OFFER_REDEEMED = 'Offer Redeemed';
export const OFFER_RETURNED = 'Offer Returned';
