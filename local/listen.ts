import type { Server } from 'node:http';

/** Listens on loopback and resolves with the port; 0 takes a free one. Rejects as `listen` does (`EADDRINUSE`). */
export const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

const SWEEP_MS = 10;

/** Takes no new connection, lets requests under way end, and cuts what is left after the limit. */
export const close = (server: Server, limitMs: number): Promise<void> =>
  new Promise((resolve) => {
    if (!server.listening) {
      resolve();
      return;
    }
    const cut = setTimeout(() => server.closeAllConnections(), limitMs);
    // A kept-alive connection whose last request ends only now would stay open until its client gives it up.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(sweep);
      resolve();
    });
  });
