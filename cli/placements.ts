import type { PlacementRequest } from '../lib/domain/decision/request.ts';
import { CommandFailure, EXIT_USAGE } from './console.ts';

/**
 * Reads `home.hero,home.grid=4`: placements, each with how many items it has room for (1 unless stated).
 *
 * @throws CommandFailure (usage)
 */
export const parsePlacements = (text: string): readonly PlacementRequest[] =>
  text.split(',').map((part) => {
    const [, id = '', limit = '1'] = /^\s*([^=\s]+)(?:=(\d{1,3}))?\s*$/.exec(part) ?? [];
    if (id === '' || Number(limit) < 1) {
      throw new CommandFailure(
        `'${part}' is no placement; expected names such as home.hero, or home.grid=4 for four items.`,
        EXIT_USAGE,
      );
    }
    return { id, limit: Number(limit) };
  });
