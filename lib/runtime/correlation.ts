import { randomBytes, randomUUID } from 'node:crypto';

const REQUEST_ID = /^[A-Za-z0-9._:=@/+-]{1,128}$/;

/** The caller's own request id where it is one that can be logged and sent back, else the gateway's, else new. */
export const requestIdOf = (incoming: string | undefined, gatewayId: string | undefined): string => {
  for (const id of [incoming, gatewayId]) if (id !== undefined && REQUEST_ID.test(id)) return id;
  return randomUUID();
};

/** A place in a trace, of W3C Trace Context. */
export interface Trace {
  readonly traceId: string;
  /** The header to answer and call on with: same trace, a span of our own. */
  readonly traceparent: string;
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Continues a valid `traceparent` (W3C Trace Context, section 3.2) with a span of our own; `null` for another. */
export const continueTrace = (incoming: string | undefined): Trace | null => {
  const [, traceId, parentId, flags, rest] = TRACEPARENT.exec(incoming ?? '') ?? [];
  if (incoming === undefined || traceId === undefined || parentId === undefined || flags === undefined)
    return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  // Version 00 has exactly four fields; later ones may append some, which a reader of 00 leaves out.
  if (rest !== undefined && incoming.startsWith('00')) return null;
  return { traceId, traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}` };
};
