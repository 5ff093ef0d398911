import { describe, expect, it } from 'vitest';
import { runReadme, scenario } from './scenario.ts';

const wend = scenario('claim-contractor');

const insured = (userId: string, postcode: string | null) =>
  wend.identify(userId, { preferredName: 'Sam', ...(postcode === null ? {} : { postcode }) });

const file = async (userId: string, claimId: string, trade: string, rest: object = {}): Promise<void> => {
  await wend.track(userId, 'Claim Filed', {
    claimId,
    kind: 'property-damage',
    trade,
    description: 'Storm',
    ...rest,
  });
  await wend.settle();
};

const textsTo = async (userId: string): Promise<readonly unknown[]> =>
  (await wend.messagesTo(userId)).map(({ content }) => content['text']);

describe('a property-damage claim', () => {
  it('connects the insured at once with an approved contractor of the trade in their own postcode area', async () => {
    await insured('sam', '1012 AB');
    expect(await wend.sees('sam', 'home.hero')).toMatchObject({ headline: 'Cover your garden too' });
    await file('sam', 'k-1', 'roof');
    expect(await textsTo('sam')).toEqual([
      'We have your claim k-1. We are finding someone to repair it now.',
      'Van Dam Roofing will repair it. They have the job and will call you; you reach them at +31 20 555 0101.',
    ]);
    expect(await wend.sees('sam', 'claim.status')).toMatchObject({ phone: '+31 20 555 0101' });
    expect(await wend.openTasks()).toEqual([]);
  });

  it('gives the contractor the job directly: one event on the bus, without anybody’s purchasing', async () => {
    await insured('sam', '3511 ZZ');
    await file('sam', 'k-2', 'glass');
    const jobs = await wend.onBus('Contractor Assigned');
    expect(jobs).toHaveLength(1);
    expect(JSON.stringify(jobs[0]?.detail)).toContain('"contractorId":"c-glass-1"');
    expect(JSON.stringify(jobs[0]?.detail)).toContain('"claimId":"k-2"');
  });

  it('does it in the middle of the night too', async () => {
    await wend.setClock('2027-01-15T01:30:00Z');
    await insured('sam', '1015 CC');
    await file('sam', 'k-3', 'plumbing');
    expect(await textsTo('sam')).toHaveLength(2);
  });

  it('sells nothing while the damage is there, and again at once when it is settled', async () => {
    await insured('sam', '1012 AB');
    await file('sam', 'k-4', 'roof');
    expect(await wend.sees('sam', 'home.hero')).toMatchObject({
      headline: 'Van Dam Roofing has your repair',
    });
    await wend.track('sam', 'Job Accepted', { claimId: 'k-4' });
    await wend.settle();
    expect(await wend.sees('sam', 'claim.status')).toMatchObject({
      headline: 'Van Dam Roofing has accepted your repair',
    });
    expect((await wend.decide({ userId: 'sam', placements: ['home.hero'] })).serviceFirst).toBe(true);
    await wend.track('sam', 'Claim Settled', { claimId: 'k-4' });
    await wend.settle();
    expect(await wend.sees('sam', 'home.hero')).toMatchObject({ headline: 'Cover your garden too' });
    expect(await wend.sees('sam', 'claim.status')).toEqual({ headline: 'No open claim' });
    expect(await wend.story('sam')).toEqual([
      'problem opened: property-damage',
      'journey entered: property-damage-claim',
      'message requested: received',
      'message requested: connected',
      'problem closed: property-damage',
      'journey goal: property-damage-claim',
      'journey exited: property-damage-claim',
    ]);
    expect((await wend.person('sam')).problems.every(({ closedAt }) => closedAt !== null)).toBe(true);
  });

  it('keeps two claims of one person apart', async () => {
    await insured('sam', '1012 AB');
    await file('sam', 'k-5', 'roof');
    await file('sam', 'k-6', 'glass');
    expect(await wend.onBus('Contractor Assigned')).toHaveLength(2);
    await wend.track('sam', 'Job Accepted', { claimId: 'k-5' });
    await wend.track('sam', 'Claim Settled', { claimId: 'k-5' });
    await wend.advance('PT5H');
    const tasks = await wend.openTasks();
    expect(tasks.map(({ summary }) => summary)).toEqual([
      expect.stringContaining('Clear Glass has not answered'),
    ]);
    expect((await wend.decide({ userId: 'sam', placements: ['home.hero'] })).serviceFirst).toBe(true);
  });

  it('asks a person where the contractor does not answer in four hours', async () => {
    await insured('sam', '1012 AB');
    await file('sam', 'k-7', 'painting');
    await wend.advance('PT3H59M');
    expect(await wend.openTasks()).toEqual([]);
    await wend.advance('PT2M');
    expect(await wend.openTasks()).toMatchObject([{ queue: 'claims' }]);
  });

  it('is one job when the claim is told twice', async () => {
    await insured('sam', '1012 AB');
    await file('sam', 'k-8', 'roof');
    await file('sam', 'k-8', 'roof');
    expect(await wend.onBus('Contractor Assigned')).toHaveLength(1);
    expect(await textsTo('sam')).toHaveLength(2);
  });

  it('of another kind starts nothing', async () => {
    await insured('sam', '1012 AB');
    await file('sam', 'k-9', 'roof', { kind: 'travel' });
    expect(await wend.messagesTo('sam')).toEqual([]);
    expect(await wend.sees('sam', 'home.hero')).toMatchObject({ headline: 'Cover your garden too' });
  });
});

describe('where no approved contractor is', () => {
  it.each([
    ['in the area', '9999 XX', 'roof', 'for roof in area 9999'],
    ['of the trade', '3511 AA', 'plumbing', 'for plumbing in area 3511'],
    ['who is approved', '9711 AA', 'roof', 'for roof in area 9711'],
    ['since nobody knows the area', null, 'roof', 'for roof in area unknown'],
  ])('%s, a person gets a task', async (_, postcode, trade, says) => {
    await insured('ida', postcode);
    await file('ida', 'k-1', trade);
    const tasks = await wend.openTasks();
    expect(tasks).toMatchObject([{ queue: 'claims', outcomes: ['found', 'none'] }]);
    expect(tasks[0]?.summary).toContain(says);
    expect(await wend.onBus('Contractor Assigned')).toEqual([]);
    expect(await wend.sees('ida', 'claim.status')).toMatchObject({
      headline: 'We are looking for someone in your area',
    });
  });

  it.each([
    ['found', 'A colleague has found someone for your repair. They will call you.'],
    ['none', 'Please choose a repairer yourself: we pay their bill for claim k-1.'],
  ])('and what that person says is what the insured hears: %s', async (outcome, text) => {
    await insured('ida', '9999 XX');
    await file('ida', 'k-1', 'roof');
    const [task] = await wend.openTasks();
    await wend.done(task?.taskId ?? '', outcome);
    expect(await textsTo('ida')).toEqual([expect.stringContaining('We have your claim'), text]);
    expect(await wend.openTasks()).toEqual([]);
    await wend.advance('P3D');
    expect(await wend.openTasks()).toEqual([]);
  });

  it('and who does nothing for a day is not the last to know', async () => {
    await insured('ida', '9999 XX');
    await file('ida', 'k-1', 'roof');
    await wend.advance('P1D');
    expect((await wend.openTasks()).map(({ queue }) => queue)).toContain('claims-lead');
  });

  it('and a claim that is withdrawn takes the work back', async () => {
    await insured('ida', '9999 XX');
    await file('ida', 'k-1', 'roof');
    await wend.track('ida', 'Claim Withdrawn', { claimId: 'k-1' });
    await wend.settle();
    expect(await wend.openTasks()).toEqual([]);
    expect(await wend.sees('ida', 'home.hero')).toMatchObject({ headline: 'Cover your garden too' });
  });
});

it('the README’s examples do what they say', async () => {
  const printed = await runReadme('claim-contractor', wend.url());
  expect(printed).toContain('Van Dam Roofing will repair it');
  expect(printed).toContain('No approved contractor for roof in area 9999');
});
