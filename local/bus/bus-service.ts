import { type AwsService, refusal } from '../aws/aws-server.ts';
import type { Bus } from './bus.ts';
import { judgePutEvents } from './put-events.ts';

interface BusServiceOptions {
  readonly bus: Bus;
  readonly busName: string;
  /** The service's clock. */
  readonly now: () => number;
}

/** EventBridge's protocol, AWS JSON 1.1, over a bus; events are on disk before PutEvents is answered. */
export const createBusService = (options: BusServiceOptions): AwsService => ({
  takes: ({ method, target }) => method === 'POST' && target === 'AWSEvents.PutEvents',
  serve: async ({ body }) => {
    const verdict = judgePutEvents(body, { name: options.busName, now: options.now });
    if (verdict.kind === 'refused') {
      return refusal(400, verdict.type, verdict.message);
    }
    await options.bus.put(verdict.accepted);
    return {
      status: 200,
      document: {
        FailedEntryCount: verdict.results.length - verdict.accepted.length,
        Entries: verdict.results,
      },
      headers: { 'content-type': 'application/x-amz-json-1.1' },
    };
  },
});
