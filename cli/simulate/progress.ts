import type { Console } from '../console.ts';

const WIDTH = 30;
const CLEAR_LINE = '\r\u001b[2K';

/** A bar on a terminal, and nothing elsewhere: a log of a thousand bars helps nobody. */
export interface ProgressBar {
  /** @param share - 0 to 1 */
  readonly show: (label: string, share: number) => void;
  readonly clear: () => void;
}

export const createProgressBar = ({ isTerminal, err }: Console): ProgressBar => {
  let shown = '';
  return {
    show: (label, share) => {
      if (!isTerminal) return;
      const filled = Math.floor(Math.min(Math.max(share, 0), 1) * WIDTH);
      const text = `${label} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${Math.floor(share * 100)} %`;
      if (text === shown) return;
      shown = text;
      err(`${CLEAR_LINE}${text}`);
    },
    clear: () => {
      if (shown !== '') err(CLEAR_LINE);
      shown = '';
    },
  };
};
