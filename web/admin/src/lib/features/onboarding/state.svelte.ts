/** The firm's onboarding steps, and this person's progress in the tour. */
import { session } from '../../auth/session.svelte';
import type { Stop } from '../../slice/slice';
import { toasts } from '../../ui/toasts.svelte';
import { api } from './api';
import { own } from './strings';
import { tour } from './tour.svelte';
import type { Onboarding, OnboardingPatch } from './types';

class OnboardingState {
  state = $state.raw<Onboarding | null>(null);
  busy = $state(false);

  left = $derived(this.state?.steps.filter((step) => !step.done).length ?? 0);
  /** The list of first steps is hidden, but steps or sample data remain. */
  resumable = $derived(Boolean(this.state?.dismissed && (this.left || this.state.samples)));

  /** Incremented by every request, so that an older response cannot undo a newer one. */
  #turn = 0;

  constructor() {
    session.whenLeft(() => {
      this.#turn++;
      Object.assign(this, { state: null, busy: false });
    });
  }

  async load(): Promise<void> {
    const turn = ++this.#turn;
    // Not essential: after a failure, the list is omitted.
    const state = await api.get().catch(() => null);
    if (state && turn === this.#turn) this.state = state;
  }

  async note(patch: OnboardingPatch): Promise<void> {
    try {
      const state = await api.note(patch);
      this.#turn++;
      this.state = state;
    } catch (error) {
      toasts.fail(error);
    }
  }

  async makeSamples(): Promise<void> {
    await this.#work(async () => {
      const { messages, chats, staff } = await api.makeSamples();
      toasts.say(own.samplesMade(messages, chats, staff));
    });
  }

  async removeSamples(): Promise<void> {
    await this.#work(async () => {
      const { messages, chats } = await api.removeSamples();
      toasts.say(own.unsampled(messages, chats));
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

  startTour(stops: Stop[]): void {
    tour.stops = stops.filter(({ id }) => spot(id));
    const from = this.state?.tour.done ? 0 : (this.state?.tour.stop ?? 0);
    if (tour.stops.length) tour.at = Math.min(from, tour.stops.length - 1);
  }

  leaveTour(done: boolean): void {
    const stop = tour.at ?? 0;
    tour.at = null;
    if (!done) toasts.say(own.tour.left);
    void this.note({ tour: { stop: done ? 0 : stop, done } });
  }
}

/** The element that a stop points at, by its `data-tour`: phones use another element than wide screens. */
export function spot(name: string): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>(`[data-tour="${name}"]`)].find(
    (element) => element.offsetParent !== null,
  );
}

export const onboarding = new OnboardingState();
