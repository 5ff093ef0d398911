import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  archiveSecretOf,
  findVisitorId,
  hideVisitorId,
  tombstoneName,
} from '../../../lib/domain/archive/archive-secret.ts';
import { seal, unseal } from '../../../lib/domain/archive/cipher.ts';
import { failsOn } from '../law.ts';
import { keys, nonces, secrets, visitorIds } from './archived.ts';

interface Cipher {
  readonly seal: typeof seal;
  readonly unseal: typeof unseal;
}

const ours: Cipher = { seal, unseal };

/** Vouches for nothing but what it hides. */
const alone: Cipher = {
  seal: (key, nonce, text) => seal(key, nonce, text, ''),
  unseal: (key, sealed) => unseal(key, sealed, ''),
};

/** Hides nothing. */
const open: Cipher = {
  seal: (_key, nonce, text) => Buffer.concat([nonce, Buffer.alloc(16), Buffer.from(text)]),
  unseal: (_key, sealed) => Buffer.from(sealed).subarray(28).toString(),
};

const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });

/** Whoever has the key reads what was sealed, beside the clear text that it was sealed with. */
const opens = (cipher: Cipher) =>
  fc.property(
    keys,
    nonces,
    texts,
    texts,
    (key, nonce, text, clear) => cipher.unseal(key, cipher.seal(key, nonce, text, clear), clear) === text,
  );

/** Another key opens nothing. */
const needsItsKey = (cipher: Cipher) =>
  fc.property(keys, keys, nonces, texts, texts, (key, other, nonce, text, clear) => {
    fc.pre(Buffer.compare(key, other) !== 0);
    return cipher.unseal(other, cipher.seal(key, nonce, text, clear), clear) === null;
  });

/** What was changed by a bit, or stands beside another clear text, opens no more. */
const noticesChange = (cipher: Cipher) =>
  fc.property(keys, nonces, texts, texts, fc.nat(), fc.nat(7), (key, nonce, text, clear, place, bit) => {
    const sealed = cipher.seal(key, nonce, text, clear);
    const changed = Buffer.from(sealed);
    const at = place % changed.length;
    changed[at] = (changed[at] ?? 0) ^ (1 << bit);
    return cipher.unseal(key, changed, clear) === null && cipher.unseal(key, sealed, `${clear} `) === null;
  });

describe('a seal', () => {
  it('opens with its key', () => {
    fc.assert(opens(ours));
  });

  it('opens with no other key, and a cipher that hides nothing is noticed', () => {
    fc.assert(needsItsKey(ours));
    expect(failsOn(needsItsKey(open))).toBe(true);
  });

  it('tells when anything was changed, and one that does not vouch for the clear part is noticed', () => {
    fc.assert(noticesChange(ours));
    expect(failsOn(noticesChange(alone))).toBe(true);
  });

  it('is none where there are too few bytes, or the key is none', () => {
    expect(unseal(new Uint8Array(32), new Uint8Array(27), '')).toBeNull();
    expect(unseal(new Uint8Array(16), new Uint8Array(60), '')).toBeNull();
  });
});

describe('a hidden visitor id', () => {
  it('is found by whoever has the secret, and by nobody else', () => {
    fc.assert(
      fc.property(secrets, secrets, visitorIds, nonces, (secret, other, visitorId, nonce) => {
        const hidden = hideVisitorId(secret, visitorId, nonce);
        fc.pre(Buffer.compare(secret.names, other.names) !== 0);
        return (
          findVisitorId(secret, hidden) === visitorId &&
          findVisitorId(other, hidden) === null &&
          !hidden.includes(visitorId)
        );
      }),
    );
  });

  it('looks otherwise each time, so that records of one person do not show that they are', () => {
    fc.assert(
      fc.property(secrets, visitorIds, nonces, nonces, (secret, visitorId, one, another) => {
        fc.pre(Buffer.compare(one, another) !== 0);
        return hideVisitorId(secret, visitorId, one) !== hideVisitorId(secret, visitorId, another);
      }),
    );
  });

  it('is no visitor id where something else was hidden', () => {
    const secret = archiveSecretOf(new Uint8Array(32));
    expect(findVisitorId(secret, hideVisitorId(secret, 'nobody', new Uint8Array(12)))).toBeNull();
    expect(findVisitorId(secret, '')).toBeNull();
  });
});

describe('a tombstone', () => {
  it('has the same name each time, another one in each environment, and none that tells whose it is', () => {
    fc.assert(
      fc.property(secrets, secrets, visitorIds, (secret, other, visitorId) => {
        fc.pre(Buffer.compare(secret.tombstones, other.tombstones) !== 0);
        const name = tombstoneName(secret, visitorId);
        return (
          name === tombstoneName(secret, visitorId) &&
          name !== tombstoneName(other, visitorId) &&
          /^[\w-]{22}$/.test(name) &&
          !name.includes(visitorId.slice(1))
        );
      }),
    );
  });
});
