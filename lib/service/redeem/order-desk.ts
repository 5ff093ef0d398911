import type { Metrics } from '../../runtime/metrics.ts';
import { createMail } from '../send-mail.ts';
import type { HoldDeps } from './hold.ts';
import { createMeasuredHolder } from './measure-hold.ts';
import { createRefunder, type RefundDeps } from './refund-order.ts';
import { createSettler, type SettleDeps } from './settle.ts';

export type OrderDeskDeps = Omit<HoldDeps, 'tend'> & Omit<SettleDeps, 'mail'> & RefundDeps;

/** All that is done with orders over one ledger. */
export const createOrderDesk = (deps: OrderDeskDeps, metrics: Metrics) => {
  const settle = createSettler({ ...deps, mail: createMail(deps.queues) });
  return {
    settle,
    hold: createMeasuredHolder({ ...deps, tend: settle.tend }, metrics),
    refund: createRefunder(deps),
  };
};
