import { describe, expect, it } from 'vitest';
import { catalogOf, HOUR, Life, MINUTE, MORNING } from './life.ts';

const mail = (id: string, more: object = {}) => ({
  id,
  message: { channel: 'email', topic: 'news', content: id, ...more },
});

const afterAnHour = (...steps: readonly object[]) => ({
  kind: 'journey',
  id: 'j',
  enter: { on: 'Started' },
  steps: [{ id: 'w', wait: { for: 'PT1H' } }, ...steps],
});

/** Something that happened three hours ago, and what happens now, in one commit. */
const late = (life: Life, ...now: readonly string[]): Life => {
  life.now = MORNING + 3 * HOUR;
  return life.apply([
    life.event('Started', {}, { at: MORNING }),
    ...now.map((name) => life.event(name, { channel: 'email', topic: 'news' })),
  ]);
};

describe('a message that an event of hours ago leads to', () => {
  const trouble = { kind: 'problem', id: 'p', opens: { on: 'Complained' }, severity: 'high' };

  it('is sent where nothing is in the way', () => {
    const life = late(new Life(catalogOf([afterAnHour(mail('hello', { intent: 'sell' })), trouble])));
    expect(life.messages.map(({ stepId }) => stepId)).toEqual(['hello']);
    expect(life.visitor.state.messages).toEqual([MORNING + HOUR]);
  });

  it('sells nothing to somebody who has a problem by now', () => {
    const journey = afterAnHour(mail('sale', { intent: 'sell' }), mail('news'));
    const life = late(new Life(catalogOf([journey, trouble])), 'Complained');
    expect(life.messages.map(({ stepId }) => stepId)).toEqual(['news']);
    expect(life.visitor.state.messages).toEqual([MORNING + HOUR]);
    expect(life.story.filter((line) => line.startsWith('message'))).toEqual([
      'message dropped',
      'message requested',
    ]);
  });

  it('sells nothing at a time when somebody had a problem that is solved by now', () => {
    const journey = afterAnHour(
      { id: 'gift', grant: { offer: 'sale', for: 'P1D' } },
      mail('sale', { intent: 'sell' }),
      mail('news', { intent: 'inform' }),
    );
    const sale = {
      kind: 'offer',
      id: 'sale',
      label: 'Sale',
      reward: { type: 'percentage', value: 10 },
      apply: 'automatic',
      requiresGrant: true,
    };
    const solved = { ...trouble, closes: [{ on: 'Solved' }] };
    const life = new Life(catalogOf([journey, sale, solved]));
    life.now = MORNING + 2 * HOUR;
    life.apply([
      life.event('Complained', {}, { at: MORNING + HOUR / 2 }),
      life.event('Solved', {}, { at: MORNING + HOUR * 1.5 }),
    ]);
    late(life);
    expect(life.visitor.state.grants).toEqual([]);
    expect(life.messages.map(({ stepId }) => stepId)).toEqual(['news']);
  });

  it('does not reach somebody who wants no more of them by now', () => {
    const life = late(new Life(catalogOf([afterAnHour(mail('news'))])), 'Message Unsubscribed');
    expect(life.messages).toEqual([]);
  });

  it('waits for the morning where it is night by now', () => {
    const catalog = catalogOf([afterAnHour(mail('news'))], {
      settings: { quietHours: { from: '12:30', to: '14:00' } },
    });
    const life = late(new Life(catalog));
    expect(life.messages).toEqual([]);
    life.wait(HOUR + MINUTE);
    expect(life.messages.map(({ at }) => at)).toEqual([new Date(MORNING + 4 * HOUR).toISOString()]);
  });
});
