/** The limits of an offer that redemptions count. */
export type CappedLimit = 'total' | 'perVisitor' | 'budget';

/** How much of an offer's limits is left, as far as it is known; a limit that is absent is not known to be short. */
export interface CapRoom {
  /** Redemptions left. */
  readonly total?: number;
  /** Redemptions that this person has left. */
  readonly perVisitor?: number;
  /** Minor units of the settings' currency. */
  readonly budget?: number;
}

/** By offer id. */
export type RoomOfOffers = ReadonlyMap<string, CapRoom>;

/**
 * The limit that leaves no room for one more use; null where all do.
 *
 * @param amount - what it would take off, minor units; absent: not known yet
 */
export const cappedBy = (room: CapRoom | undefined, amount = 1): CappedLimit | null => {
  if (room === undefined) return null;
  if (room.total !== undefined && room.total < 1) return 'total';
  if (room.perVisitor !== undefined && room.perVisitor < 1) return 'perVisitor';
  return room.budget !== undefined && room.budget < amount ? 'budget' : null;
};
