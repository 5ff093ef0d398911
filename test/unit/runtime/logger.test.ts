import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLogger, describeError } from '../../../lib/runtime/logger.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the log', () => {
  it("tells an error's name and where it was, never its message", () => {
    const error = new TypeError('don@example.com is not iterable\n    second line', {
      cause: new RangeError('u-1'),
    });
    const described = describeError(error);
    expect(described).toMatchObject({ errorName: 'TypeError', causeName: 'RangeError' });
    expect(JSON.stringify(described)).not.toContain('don@example.com');
    expect(JSON.stringify(described)).not.toContain('u-1');
    expect(JSON.stringify(described)).toContain('logger.test.ts');
  });

  it('tells of anything else that was thrown its type alone', () => {
    expect(describeError('secret')).toEqual({ errorName: 'string' });
  });

  it('writes one JSON object a line', () => {
    const written: unknown[] = [];
    const record = (chunk: unknown): boolean => {
      written.push(chunk);
      return true;
    };
    vi.spyOn(process.stderr, 'write').mockImplementation(record);
    vi.spyOn(process.stdout, 'write').mockImplementation(record);
    createLogger('test').error('It failed.', { requestId: 'r-1', status: 500 }, new Error('secret'));
    expect(written).toHaveLength(1);
    expect(JSON.parse(String(written[0]))).toMatchObject({
      level: 'ERROR',
      message: 'It failed.',
      requestId: 'r-1',
      status: 500,
      errorName: 'Error',
    });
    expect(String(written[0])).not.toContain('secret');
  });
});
