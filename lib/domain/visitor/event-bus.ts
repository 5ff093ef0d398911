/** One entry for the bus: `detail` is JSON text. */
export interface BusEntry {
  readonly detailType: string;
  readonly detail: string;
}

/** The mailbox of all visitors. */
export interface EventBus {
  /**
   * Puts entries; returns once every one of them is durable.
   *
   * @throws BusUnavailable where that could not be had; some entries may be durable all the same.
   */
  readonly put: (entries: readonly BusEntry[]) => Promise<void>;
}

/** The bus did not take everything: whoever sent it should send it again. */
export class BusUnavailable extends Error {
  constructor(options?: ErrorOptions) {
    super('the event bus did not take every entry', options);
    this.name = 'BusUnavailable';
  }
}
