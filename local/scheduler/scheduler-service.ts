import { type AwsAnswer, type AwsService, refusal } from '../aws/aws-server.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../bus/event.ts';
import type { Agenda } from './agenda.ts';
import { fullNameOf, judgeCreateSchedule } from './create-schedule.ts';

const PATH = /^\/schedules\/([^/]+)$/;

const accept = (document: unknown): AwsAnswer => ({
  status: 200,
  document,
  headers: { 'content-type': 'application/json' },
});

/** Errors of a REST protocol name their message with a capital letter. */
const refuse = (status: number, type: string, message: string): AwsAnswer => ({
  ...refusal(status, type, message),
  document: { Message: message },
});

/** EventBridge Scheduler's protocol, REST and JSON, over the agenda; a schedule is on disk before it is answered. */
export const createSchedulerService = (
  agenda: Pick<Agenda, 'createSchedule' | 'deleteSchedule'>,
  group: string,
): AwsService => {
  const create = async (name: string, body: string): Promise<AwsAnswer> => {
    const verdict = judgeCreateSchedule(name, body, ['default', group]);
    if (verdict.kind === 'refused') {
      return refuse(verdict.status, verdict.type, verdict.message);
    }
    const { schedule } = verdict;
    return (await agenda.createSchedule(schedule))
      ? accept({
          ScheduleArn: `arn:aws:scheduler:${LOCAL_REGION}:${LOCAL_ACCOUNT}:schedule/${schedule.name}`,
        })
      : refuse(409, 'ConflictException', `Schedule ${name} already exists.`);
  };

  const remove = async (name: string, groupName: string | null): Promise<AwsAnswer> =>
    (await agenda.deleteSchedule(fullNameOf(groupName, name)))
      ? accept({})
      : refuse(404, 'ResourceNotFoundException', `Schedule ${name} does not exist.`);

  return {
    takes: ({ method, path, target }) =>
      target === undefined && PATH.test(path) && (method === 'POST' || method === 'DELETE'),
    serve: ({ method, path, query, body }) => {
      const name = decodeURIComponent(PATH.exec(path)?.[1] ?? '');
      return method === 'POST' ? create(name, body) : remove(name, query.get('groupName'));
    },
  };
};
