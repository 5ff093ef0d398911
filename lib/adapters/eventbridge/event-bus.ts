import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { BUS_SOURCE } from '../../contracts/bus.ts';
import { type BusEntry, BusUnavailable, type EventBus } from '../../domain/visitor/event-bus.ts';

/** EventBridge takes this many entries, and this many bytes of them, in one request. */
const MAX_ENTRIES = 10;
const MAX_REQUEST_BYTES = 250_000;
/** Entries that EventBridge refused (it may be throttled) are put again, this often. */
const MAX_ATTEMPTS = 3;
/** Requests under way at once, so that a batch of thousands does not open thousands of sockets. */
const MAX_REQUESTS = 8;

/** An EventBridge client that gives up early; region, endpoint and credentials come from the environment. */
export const createEventBridgeClient = (): EventBridgeClient =>
  new EventBridgeClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
  });

/** The environment's EventBridge bus. */
export const createEventBus = (client: EventBridgeClient, busName: string): EventBus => {
  const putRequest = async (entries: readonly PutEventsRequestEntry[]): Promise<void> => {
    let left = [...entries];
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const answer = await client.send(new PutEventsCommand({ Entries: left }));
      const results = answer.Entries ?? [];
      left = left.filter((_, index) => results[index]?.EventId === undefined);
      if (left.length === 0) return;
    }
    throw new BusUnavailable();
  };

  return {
    put: async (entries) => {
      const requests = requestsOf(entries, busName);
      const next = requests.values();
      const work = async (): Promise<void> => {
        for (const request of next) await putRequest(request);
      };
      try {
        await Promise.all(Array.from({ length: Math.min(MAX_REQUESTS, requests.length) }, work));
      } catch (cause) {
        throw new BusUnavailable({ cause });
      }
    },
  };
};

const requestsOf = (entries: readonly BusEntry[], busName: string): PutEventsRequestEntry[][] => {
  const requests: PutEventsRequestEntry[][] = [];
  let request: PutEventsRequestEntry[] = [];
  let bytes = 0;
  for (const { detailType, detail } of entries) {
    const size = Buffer.byteLength(detail) + detailType.length + BUS_SOURCE.length;
    if (request.length === MAX_ENTRIES || (request.length > 0 && bytes + size > MAX_REQUEST_BYTES)) {
      requests.push(request);
      request = [];
      bytes = 0;
    }
    request.push({ EventBusName: busName, Source: BUS_SOURCE, DetailType: detailType, Detail: detail });
    bytes += size;
  }
  if (request.length > 0) requests.push(request);
  return requests;
};
