/**
 * The service's clock: milliseconds since 1970. `WEND_CLOCK_OFFSET_MS` moves it (the local service sets it while it
 * runs, which is why it is read each time); in a deployed stack it is unset and this is the real time.
 */
export const now = (): number => Date.now() + Number(process.env.WEND_CLOCK_OFFSET_MS ?? 0);
