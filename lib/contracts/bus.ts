/** `Source` of everything that Wend puts on the bus. */
export const BUS_SOURCE = 'wend';

/** `DetailType` of an entry that holds the events of one visitor and request, in order; its rule feeds react. */
export const EVENTS_RECEIVED = 'Events Received';

/** Largest detail of an entry, in bytes of UTF-8 (EventBridge takes 256 KB with envelope). */
export const MAX_ENTRY_BYTES = 200_000;
