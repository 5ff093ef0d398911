import type { ControlPlane } from '../control-plane.ts';

/** The secret that the environment's codes are made by; null where there is none yet. */
export type CodeSecret = () => Promise<Uint8Array | null>;

/**
 * Keeps the secret once it was read. Where there is none, it is asked for again only after something was published:
 * it is made with the first offer that has a code.
 *
 * @param control - knows the newest version of the catalog
 */
export const createCodeSecret = (read: CodeSecret, control: Pick<ControlPlane, 'lastSeen'>): CodeSecret => {
  let known: Uint8Array | null = null;
  let askedAt: number | null = null;
  return async () => {
    if (known !== null) return known;
    const { latest } = (await control.lastSeen()).pointer;
    if (latest !== askedAt) {
      known = await read();
      askedAt = latest;
    }
    return known;
  };
};
