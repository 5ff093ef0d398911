import { describe, expect, it } from 'vitest';
import {
  environmentSchema,
  queueUrlsOf,
  schedulerOf,
  VariableMissing,
} from '../../../lib/contracts/environment.ts';
import { QUEUES, queueVariable } from '../../../lib/contracts/queues.ts';

const basis = { WEND_VISITORS_TABLE: 'visitors', WEND_LOG_TABLE: 'log', WEND_EVENT_BUS: 'wend' };

describe('the environment of a function', () => {
  it('has a variable for the URL of each queue', () => {
    const variables = Object.keys(environmentSchema.shape);
    for (const queue of Object.keys(QUEUES)) {
      expect(variables).toContain(`WEND_QUEUE_${queue.toUpperCase().replaceAll('-', '_')}`);
    }
    expect(variables).toContain(queueVariable('publish-failed'));
  });

  it('needs to name no queue and no scheduler for functions that use none', () => {
    expect(environmentSchema.safeParse(basis).success).toBe(true);
  });

  it('gives the URLs of the queues that a function asks for', () => {
    const environment = environmentSchema.parse({ ...basis, WEND_QUEUE_TIMERS_DUE: 'http://queues/timers' });
    expect(queueUrlsOf(environment, ['timers-due'])).toEqual(
      new Map([['timers-due', 'http://queues/timers']]),
    );
  });

  it('stops a function at its start that lacks what it needs, by the name of the variable', () => {
    const environment = environmentSchema.parse(basis);
    expect(() => queueUrlsOf(environment, ['fan-out'])).toThrow('WEND_QUEUE_FAN_OUT');
    expect(() => schedulerOf(environment)).toThrow(VariableMissing);
  });
});
