/** Proves that a request came through the edge: only the edge and the functions know what stands in it. */
export const EDGE_SECRET_HEADER = 'x-wend-edge';

/** The visitor's network address, as the edge saw it. */
export const EDGE_VIEWER_HEADER = 'x-wend-viewer';
