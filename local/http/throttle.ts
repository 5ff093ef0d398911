/** `WEND_LIMITS`: how many requests a second a key (or, without one, an address) may make, and how many at once. */
export interface Limits {
  /** Requests per second. */
  readonly rate: number;
  /** Requests at once after a pause. */
  readonly burst: number;
}

/** Reads `rate=50,burst=100`; burst defaults to the rate. Undefined when it is not of that form. */
export const parseLimits = (value: string): Limits | undefined => {
  const parts = new Map<string, number>();
  for (const part of value.split(',')) {
    const match = /^\s*(rate|burst)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(part);
    if (match?.[1] === undefined || parts.has(match[1])) {
      return undefined;
    }
    parts.set(match[1], Number(match[2]));
  }
  const rate = parts.get('rate');
  if (rate === undefined || rate <= 0) {
    return undefined;
  }
  const burst = parts.get('burst') ?? Math.max(1, rate);
  return burst < 1 ? undefined : { rate, burst };
};

/** Says whether a caller may go on: 0, or the whole seconds after which it may try again. */
export type Throttle = (caller: string) => number;

const FORGET_ABOVE = 10_000;

/**
 * A token bucket per caller, as API Gateway throttles.
 *
 * @param clock monotonic milliseconds
 */
export const createThrottle = (limits: Limits, clock: () => number = () => performance.now()): Throttle => {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  return (caller) => {
    const at = clock();
    const bucket = buckets.get(caller) ?? { tokens: limits.burst, at };
    const tokens = Math.min(limits.burst, bucket.tokens + ((at - bucket.at) / 1000) * limits.rate);
    if (buckets.size > FORGET_ABOVE) {
      buckets.clear();
    }
    if (tokens >= 1) {
      buckets.set(caller, { tokens: tokens - 1, at });
      return 0;
    }
    buckets.set(caller, { tokens, at });
    return Math.max(1, Math.ceil((1 - tokens) / limits.rate));
  };
};

/** The key of an `authorization` header (Bearer, or the user name of Basic), else the address. */
export const callerOf = (authorization: string | undefined, address: string): string => {
  const [scheme = '', credentials = ''] = (authorization ?? '').trim().split(/\s+/, 2);
  if (scheme.toLowerCase() === 'bearer' && credentials !== '') {
    return credentials;
  }
  if (scheme.toLowerCase() === 'basic') {
    return Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0] ?? address;
  }
  return address;
};
