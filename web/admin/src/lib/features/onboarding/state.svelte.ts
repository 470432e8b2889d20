/** The first steps of the firm, and where this person is in the tour. */
import { api } from '../../api/client';
import type { Onboarding, OnboardingPatch } from '../../api/types';
import { session } from '../../auth/session.svelte';
import { words } from '../../strings';
import { toasts } from '../../ui/toasts.svelte';

/** Stops of the tour, by the `data-tour` of what they point at. */
export const STOPS = ['dashboard', 'messages', 'search', 'canned', 'settings', 'account'];

class OnboardingState {
  state = $state.raw<Onboarding | null>(null);
  busy = $state(false);
  /** The stop that is shown, of those that are there; null: no tour. */
  stop = $state<number | null>(null);
  stops = $state.raw<string[]>([]);

  left = $derived(this.state?.steps.filter((step) => !step.done).length ?? 0);

  /** Grows with every question to the server, so that an older answer cannot undo a newer one. */
  #turn = 0;

  constructor() {
    session.whenLeft(() => {
      this.#turn++;
      Object.assign(this, { state: null, stop: null, stops: [], busy: false });
    });
  }

  async load(): Promise<void> {
    const turn = ++this.#turn;
    // Nobody needs this to work: a failure leaves the list out.
    const state = await api.onboarding.get().catch(() => null);
    if (state && turn === this.#turn) this.state = state;
  }

  async note(patch: OnboardingPatch): Promise<void> {
    try {
      const state = await api.onboarding.note(patch);
      this.#turn++;
      this.state = state;
    } catch (error) {
      toasts.fail(error);
    }
  }

  async makeSamples(): Promise<void> {
    await this.#work(async () => {
      const { messages, staff } = await api.onboarding.makeSamples();
      toasts.say(words.onboarding.samplesMade(messages, staff));
    });
  }

  async removeSamples(): Promise<void> {
    await this.#work(async () => {
      const { messages } = await api.onboarding.removeSamples();
      toasts.say(words.onboarding.unsampled(messages));
    });
  }

  async #work(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    try {
      await work();
    } catch (error) {
      toasts.fail(error);
    }
    this.busy = false;
    await this.load();
  }

  startTour(): void {
    this.stops = STOPS.filter((name) => spot(name));
    const from = this.state?.tour.done ? 0 : (this.state?.tour.stop ?? 0);
    if (this.stops.length) this.stop = Math.min(from, this.stops.length - 1);
  }

  leaveTour(done: boolean): void {
    const stop = this.stop ?? 0;
    this.stop = null;
    if (!done) toasts.say(words.onboarding.tour.left);
    void this.note({ tour: { stop: done ? 0 : stop, done } });
  }
}

/** What a stop points at: on a phone it is another element than beside a wide page. */
export function spot(name: string): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>(`[data-tour="${name}"]`)].find(
    (element) => element.offsetParent !== null,
  );
}

export const onboarding = new OnboardingState();
