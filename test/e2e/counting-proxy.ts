import { type ForwardingProxy, startForwardingProxy } from './forwarding-proxy.ts';

/** A request of an AWS SDK, as it went over the socket. */
export interface SeenRequest {
  /** `BatchGetItem`, `PutEvents`, … */
  readonly operation: string;
  readonly body: string;
}

/** Stands between an SDK client and a service that speaks an AWS JSON protocol, and notes every request. */
export interface CountingProxy extends ForwardingProxy {
  /** What was asked since the last call. */
  readonly take: () => readonly SeenRequest[];
}

export const startCountingProxy = async (target: string): Promise<CountingProxy> => {
  let seen: SeenRequest[] = [];
  const proxy = await startForwardingProxy(target, (operation, body) => {
    seen.push({ operation, body });
    return { body };
  });
  return {
    ...proxy,
    take: () => {
      const taken = seen;
      seen = [];
      return taken;
    },
  };
};
