import * as z from 'zod';

const currencies = new Set(Intl.supportedValuesOf('currency'));

/** An ISO 4217 code. */
export const currency = z
  .string()
  .length(3, 'expected an ISO 4217 currency, such as EUR')
  .refine((code) => currencies.has(code), 'expected an ISO 4217 currency, such as EUR');
