import { describe, expect, it } from 'vitest';
import type { ControlSnapshot } from '../../../lib/contracts/control.ts';
import { createControlPlane } from '../../../lib/service/control-plane.ts';

const snapshot = (active: number, hashes: readonly string[] = []): ControlSnapshot => ({
  pointer: { active, rollout: null, latest: active },
  pointerVersion: active,
  keys: hashes.map((hash) => ({ id: `id-${hash}`, kind: 'secret', hash, createdAt: 0 })),
  keysVersion: 1,
});

/** A control plane over a store that can be changed, with a clock that can be moved and a count of looks. */
const world = (maxAgeMs: number) => {
  const state = { stored: snapshot(1, ['old']), elapsed: 0, looks: 0 };
  const plane = createControlPlane({
    store: {
      read: async () => {
        state.looks += 1;
        return state.stored;
      },
    },
    maxAgeMs,
    elapsed: () => state.elapsed,
  });
  return { state, plane };
};

describe('the control plane', () => {
  it('looks once and serves from memory while the look is young', async () => {
    const { state, plane } = world(5000);
    await plane.current();
    state.elapsed = 4999;
    await plane.current();
    await plane.find('old');
    expect(state.looks).toBe(1);
  });

  it('serves a new version at most five seconds after it was published', async () => {
    const { state, plane } = world(5000);
    await plane.current();
    state.stored = snapshot(2);
    state.elapsed = 5000;
    expect((await plane.current()).pointer.active).toBe(2);
  });

  it('looks only once for requests that find it stale together', async () => {
    const { state, plane } = world(5000);
    await Promise.all([plane.current(), plane.current(), plane.find('old')]);
    expect(state.looks).toBe(1);
  });

  it('finds a key that was minted since, and does not find one that was deleted', async () => {
    const { state, plane } = world(5000);
    await plane.current();
    state.stored = snapshot(1, ['new']);
    state.elapsed = 6000;
    expect(await plane.find('new')).not.toBeNull();
    expect(await plane.find('old')).toBeNull();
  });

  it('answers a known key without a look of its own where the request looks again itself', async () => {
    const { state, plane } = world(0);
    await plane.current();
    expect(await plane.findProvisionally('old')).not.toBeNull();
    expect(state.looks).toBe(1);
    plane.absorb(snapshot(1, ['new']));
    expect(plane.stillKnows('id-old')).toBe(false);
  });

  it('looks again before it refuses a key, since it may have been minted a second ago', async () => {
    const { state, plane } = world(0);
    await plane.current();
    state.stored = snapshot(1, ['new']);
    expect(await plane.findProvisionally('new')).not.toBeNull();
    expect(await plane.findProvisionally('never')).toBeNull();
  });

  it('never serves from memory where no age is allowed', async () => {
    const { state, plane } = world(0);
    await plane.current();
    state.stored = snapshot(2);
    expect((await plane.current()).pointer.active).toBe(2);
  });

  it('recovers from a look that failed', async () => {
    let fails = true;
    const plane = createControlPlane({
      store: {
        read: async () => {
          if (fails) throw new Error('throttled');
          return snapshot(3);
        },
      },
      maxAgeMs: 5000,
    });
    await expect(plane.current()).rejects.toThrow('throttled');
    fails = false;
    expect((await plane.current()).pointer.active).toBe(3);
  });
});
