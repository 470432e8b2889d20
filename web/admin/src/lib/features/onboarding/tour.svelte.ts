/** The state of the tour. */
import type { Stop } from '../../slice/slice';

class TourPlace {
  /** The stops that exist on this page. */
  stops = $state.raw<Stop[]>([]);
  /** The current stop; null: no tour. */
  at = $state<number | null>(null);

  forget(): void {
    this.at = null;
    this.stops = [];
  }
}

export const tour = new TourPlace();
