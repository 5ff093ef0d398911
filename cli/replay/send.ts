import { Analytics } from '@segment/analytics-node';
import { CommandFailure, messageOf } from '../console.ts';
import type { Rees46Call } from '../events/rees46.ts';
import type { Target } from '../service-client.ts';

/** Events of one request: under the 500 KB of a batch. The events of a visitor in one request are one commit. */
const BATCH = 600;
/** Requests that are on their way at the same time. */
const REQUESTS = 2;

/**
 * Sends events with Segment's own SDK, as a shop's server would. Returns when the service has taken all of them.
 *
 * @throws CommandFailure where it refused some, or did not answer
 */
export const sendEvents = async (
  calls: readonly Rees46Call[],
  { url, key }: Target,
  onProgress: (share: number) => void,
): Promise<void> => {
  const analytics = new Analytics({
    host: url,
    writeKey: key,
    flushAt: BATCH,
    flushInterval: 60_000,
    httpRequestTimeout: 30_000,
    maxRetries: 2,
  });
  let failure: unknown = null;
  analytics.on('error', ({ code, reason }) => {
    failure ??= reason ?? code;
  });
  for (let first = 0; first < calls.length; first += BATCH * REQUESTS) {
    for (const { userId, event, properties, messageId, at } of calls.slice(first, first + BATCH * REQUESTS)) {
      analytics.track({ userId, event, properties, messageId, timestamp: new Date(at) });
    }
    // The SDK would send everything at once; a service is no file.
    await analytics.flush();
    if (failure !== null) {
      throw new CommandFailure(`The service did not take the events: ${messageOf(failure)}.`);
    }
    onProgress(Math.min(1, (first + BATCH * REQUESTS) / calls.length));
  }
  await analytics.closeAndFlush();
};
