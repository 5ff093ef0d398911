import type { WendConfig } from '../config.ts';
import type { WendFunction } from './wend-function.ts';

/** Tells a function whom operators and agents log in with. */
export const allowOperators = (made: WendFunction, operators: WendConfig['operators']): void => {
  if (operators === null) return;
  made.set('WEND_OPERATOR_ISSUER', operators.issuer);
  made.set('WEND_OPERATOR_AUDIENCE', operators.audience);
  made.set('WEND_OPERATOR_KEYS_URL', operators.keysUrl);
};
