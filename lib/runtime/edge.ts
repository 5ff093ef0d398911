import { createHash, timingSafeEqual } from 'node:crypto';
import { EDGE_SECRET_HEADER, EDGE_VIEWER_HEADER } from '../contracts/edge.ts';

type Headers = { readonly [name: string]: string | undefined };

/** What stands between visitors and the API, as the functions see it. */
export interface Edge {
  /** Whether a request came through it, or nothing stands there. */
  readonly letThrough: (headers: Headers) => boolean;
  /** The visitor's network address: the gateway itself sees the edge's only. */
  readonly viewerOf: (headers: Headers) => string | undefined;
}

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

const OPEN: Edge = { letThrough: () => true, viewerOf: () => undefined };

/**
 * @param secrets - what the edge adds to each request, and while it is changed what it added before, with a space between;
 *   undefined where nothing stands in front
 */
export const createEdge = (secrets: string | undefined): Edge => {
  const known = (secrets ?? '').split(' ').filter((secret) => secret !== '');
  if (known.length === 0) return OPEN;
  const digests = known.map(digest);
  return {
    letThrough: (headers) => {
      const given = digest(headers[EDGE_SECRET_HEADER] ?? '');
      return digests.some((one) => timingSafeEqual(one, given));
    },
    viewerOf: (headers) => headers[EDGE_VIEWER_HEADER],
  };
};
