/** Which build of this version a bundle is (`infra/bundling.ts`); where nothing was bundled there is none. */
declare const WEND_BUILD: string;

const BUILD = typeof WEND_BUILD === 'undefined' ? '' : `+${WEND_BUILD}`;

/**
 * The service's version: package.json's, as a test asserts, and in a bundle that has one its build, as in
 * `0.1.0+3f2a1bc`. A bundle has no package.json to read.
 */
export const SERVICE_VERSION = `0.1.0${BUILD}`;
