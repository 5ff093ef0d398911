import { describe, expect, it } from 'vitest';
import { continueTrace, requestIdOf } from '../../../lib/runtime/correlation.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('traceparent', () => {
  it.each([
    undefined,
    '',
    `00-${TRACE}-${SPAN}`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-01,00-${TRACE}-${SPAN}-01`,
  ])('is not continued where it is invalid: %s', (header) => {
    expect(continueTrace(header)).toBeNull();
  });

  it('of a later version is continued by its first four fields', () => {
    expect(continueTrace(`01-${TRACE}-${SPAN}-00-more`)).toMatchObject({ traceId: TRACE });
  });
});

describe('request ids', () => {
  it("are new where neither the caller's nor the gateway's will do", () => {
    expect(requestIdOf(undefined, undefined)).toMatch(/^[0-9a-f-]{36}$/);
    expect(requestIdOf('bad id', 'also bad')).toMatch(/^[0-9a-f-]{36}$/);
  });
});
