/** Lines of the log that an alarm looks for: the functions write exactly these. */
export const LOG_MESSAGES = {
  journeysStopped: 'Journeys that go in circles were stopped.',
} as const;
