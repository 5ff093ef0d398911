import type { CompiledCatalog } from '../catalog/compiled.ts';
import type { Effect } from '../effect/effect.ts';
import type { GrantReport, JourneyReport, ProblemReport } from './report.ts';

/** What journeys, problems and grants did, from the counts that the service keeps of them. */
export class JourneyTally {
  readonly #counts = new Map<string, number>();

  add(effect: Effect): void {
    if (effect.kind === 'count') this.#count(effect.counter, effect.add);
    if (effect.kind !== 'bus') return;
    const { offerId } = effect.detail;
    if (effect.detailType.startsWith('Offer ') && typeof offerId === 'string') {
      this.#count(`offers/${offerId}/${effect.detailType}`, 1);
    }
  }

  #count(counter: string, add: number): void {
    this.#counts.set(counter, (this.#counts.get(counter) ?? 0) + add);
  }

  #of(counter: string): number {
    return this.#counts.get(counter) ?? 0;
  }

  journeys({ journeys }: CompiledCatalog): readonly JourneyReport[] {
    return [...journeys.byId.keys()].sort().map((journeyId) => {
      const of = (name: string): number => this.#of(`journeys/${journeyId}/${name}`);
      return {
        journeyId,
        entered: of('treated/entered') + of('held-out/entered'),
        treated: { entered: of('treated/entered'), goals: of('treated/goal') },
        heldOut: { entered: of('held-out/entered'), goals: of('held-out/goal') },
        messages: { requested: of('messages/requested'), dropped: of('messages/dropped') },
      };
    });
  }

  problems({ problems }: CompiledCatalog): readonly ProblemReport[] {
    return problems.map(({ definition: { id } }) => ({
      problemId: id,
      opened: this.#of(`problems/${id}/opened`),
      closed: this.#of(`problems/${id}/closed`),
    }));
  }

  grants({ offers }: CompiledCatalog): readonly GrantReport[] {
    return offers
      .map(({ id }) => ({
        offerId: id,
        granted: this.#of(`offers/${id}/Offer Granted`),
        withdrawn: this.#of(`offers/${id}/Offer Withdrawn`),
      }))
      .filter(({ granted }) => granted > 0);
  }
}
