import { resolve } from 'node:path';
import { type Limits, parseLimits } from './http/throttle.ts';
import type { LocalServiceOptions } from './service.ts';
import { DEMO_CATALOG } from './service-thread.ts';
import { StartFailure } from './start-failure.ts';

const DEFAULT_PORT = 8787;
const HIGHEST_PORT = 65_535;
const SHORTEST_SECRET = 32;

const portOf = (value: string): number => {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > HIGHEST_PORT) {
    throw new StartFailure(`PORT is '${value}'; expected a number from 0 to ${HIGHEST_PORT}.`);
  }
  return port;
};

const limitsOf = (value: string): Limits => {
  const limits = parseLimits(value);
  if (limits === undefined) {
    throw new StartFailure(`WEND_LIMITS is '${value}'; expected 'rate=50,burst=100' (requests per second).`);
  }
  return limits;
};

const secretOf = (value: string): string => {
  if (value.length < SHORTEST_SECRET) {
    throw new StartFailure(
      `WEND_IDENTITY_SECRET has ${value.length} characters; expected at least ${SHORTEST_SECRET}.`,
    );
  }
  return value;
};

const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

/**
 * Reads what `npm start` is told by its environment.
 *
 * @throws {StartFailure} naming the variable and what it takes
 */
export const localSettings = (environment: NodeJS.ProcessEnv): LocalServiceOptions => {
  const limits = given(environment['WEND_LIMITS']);
  const identitySecret = given(environment['WEND_IDENTITY_SECRET']);
  const storeEndpoint = given(environment['AWS_ENDPOINT_URL_DYNAMODB']);
  return {
    port: portOf(given(environment['PORT']) ?? String(DEFAULT_PORT)),
    dataDirectory: given(environment['WEND_DATA_DIR']) ?? '.wend',
    catalog: resolve(given(environment['WEND_CATALOG']) ?? DEMO_CATALOG),
    ...(limits === undefined ? {} : { limits: limitsOf(limits) }),
    ...(identitySecret === undefined ? {} : { identitySecret: secretOf(identitySecret) }),
    ...(storeEndpoint === undefined ? {} : { storeEndpoint }),
  };
};
