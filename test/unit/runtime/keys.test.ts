import { describe, expect, it } from 'vitest';
import { generateKey, hashKey, kindOf } from '../../../lib/runtime/keys.ts';

describe('keys', () => {
  it('say their kind by their prefix', () => {
    expect(kindOf('pk_x')).toBe('publishable');
    expect(kindOf('sk_x')).toBe('secret');
    expect(kindOf('ak_x')).toBe('admin');
    expect(kindOf('xk_x')).toBeNull();
    expect(kindOf('')).toBeNull();
    expect(kindOf(`pk_${'x'.repeat(1000)}`)).toBeNull();
  });

  it('are 256 random bits, never the same twice', () => {
    const keys = Array.from({ length: 100 }, () => generateKey('secret'));
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^sk_[A-Za-z0-9_-]{43}$/);
  });

  it('are known by their SHA-256 alone', () => {
    expect(hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
