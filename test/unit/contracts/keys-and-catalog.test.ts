import { describe, expect, it } from 'vitest';
import { activateCatalogContract, publishRequestSchema } from '../../../lib/contracts/http/catalog.ts';
import { fieldErrors, pathTo } from '../../../lib/contracts/http/field-error.ts';
import { createKeyRequestSchema } from '../../../lib/contracts/http/keys.ts';

describe('a request for a key', () => {
  it.each([
    [{ kind: 'publishable' }, true],
    [{ kind: 'publishable', origins: ['https://shop.example', 'http://localhost:3000'] }, true],
    [{ kind: 'publishable', partner: 'news', placements: ['news.side'] }, true],
    [{ kind: 'secret', label: 'Server' }, true],
    [{ kind: 'secret', origins: ['https://shop.example'] }, false],
    [{ kind: 'root' }, false],
    [{}, false],
    [{ kind: 'publishable', origins: ['https://shop.example/path'] }, false],
    [{ kind: 'publishable', origins: ['shop.example'] }, false],
    [{ kind: 'publishable', origins: ['*'] }, false],
    [{ kind: 'publishable', origins: [] }, false],
    [{ kind: 'publishable', partner: 'A B' }, false],
    [{ kind: 'secret', key: 'sk_mine' }, false],
  ])('%j is valid: %s', (body, valid) => {
    expect(createKeyRequestSchema.safeParse(body).success).toBe(valid);
  });
});

describe('a catalog request', () => {
  it('is forced with a reason only', () => {
    expect(
      publishRequestSchema.safeParse({ definitions: [], force: { reason: 'Black Friday' } }).success,
    ).toBe(true);
    expect(publishRequestSchema.safeParse({ definitions: [], force: { reason: ' ' } }).success).toBe(false);
    expect(publishRequestSchema.safeParse({ definitions: [], force: true }).success).toBe(false);
    expect(publishRequestSchema.safeParse({ definitions: {} }).success).toBe(false);
  });

  it('activates a version, or a share of it', () => {
    const { body } = activateCatalogContract;
    expect(body.safeParse({ version: 3 }).success).toBe(true);
    expect(body.safeParse({ version: 3, percent: 12.5 }).success).toBe(true);
    for (const wrong of [
      {},
      { version: 0 },
      { version: 1.5 },
      { version: 1, percent: 0 },
      { version: 1, percent: 101 },
    ]) {
      expect(body.safeParse(wrong).success).toBe(false);
    }
  });
});

describe('paths of errors', () => {
  it('are dotted and indexed, odd keys quoted and bounded', () => {
    expect(['a', 3, 'b', 'odd key'].reduce<string>(pathTo, '')).toBe('a[3].b["odd key"]');
    expect(pathTo('', 'x'.repeat(500)).length).toBeLessThan(120);
  });

  it('are at most a hundred', () => {
    const result = publishRequestSchema.safeParse(
      Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, 1])),
    );
    expect(result.success ? 0 : fieldErrors(result.error.issues).length).toBe(100);
  });
});
