/** Where the tour is, if somebody takes it. */
import type { Stop } from '../../slice/slice';

class TourPlace {
  /** Those that are there on this page. */
  stops = $state.raw<Stop[]>([]);
  /** The one that is shown; null: no tour. */
  at = $state<number | null>(null);

  forget(): void {
    this.at = null;
    this.stops = [];
  }
}

export const tour = new TourPlace();
