import { grouped, table } from '../console.ts';
import type { ReplayOutcome } from './replay.ts';

const dollars = (cents: number): string =>
  `${grouped(Math.floor(cents / 100))}.${String(cents % 100).padStart(2, '0')} USD`;

const perSecond = (count: number, seconds: number): string => `${grouped(count / seconds)}/s`;

/** The outcome as people read it. */
export const printReplay = ({ file, service, sending, applying, deciding }: ReplayOutcome): string => {
  const speed = table([
    ['events accepted', grouped(file.events), perSecond(file.events, sending.seconds)],
    ['events applied', grouped(file.events), perSecond(file.events, applying.seconds)],
    ['decisions', grouped(deciding.decisions), perSecond(deciding.decisions, deciding.seconds)],
  ]);
  const latency = `  a decision took ${deciding.p50.toFixed(1)} ms (p50), ${deciding.p99.toFixed(1)} ms (p99)\n`;
  const counts = table([
    ['', 'file', 'service'],
    ['carts', grouped(file.carts), grouped(service.carts)],
    ['orders', grouped(file.orders), grouped(service.orders)],
    ['revenue', dollars(file.revenue), dollars(service.revenue)],
  ]);
  const shown = table([
    ['shown', 'times'],
    ...deciding.shown.map((one) => [`${one.placement}  ${one.experienceId}`, grouped(one.count)]),
  ]);
  const applied = table([
    ['applied', 'carts', 'off'],
    ...deciding.applied.map((one) => [one.offerId, grouped(one.count), dollars(one.amount)]),
  ]);
  return [`${speed}${latency}`, counts, shown, applied].join('\n');
};
