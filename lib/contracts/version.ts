/** The service's version: package.json's, as a test asserts. A bundle has no package.json to read. */
export const SERVICE_VERSION = '0.1.0';
