/** Submitting a form. */
import { tick } from 'svelte';
import { ApiError, explain } from '../api/errors';

/** Whether a form is being sent, and its errors: `fields` for the field of that name, `error` for the whole form. */
export class Sending<Place extends string = never> {
  busy = $state(false);
  error = $state('');
  fields = $state.raw<Partial<Record<Place, string>>>({});

  readonly #places: Place[];

  /** `places`: names of the fields that show their own errors. Errors of other fields appear above the form. */
  constructor(...places: Place[]) {
    this.#places = places;
  }

  /**
   * Runs the work once, however often the button is pressed, and assigns errors to their places. `wrong` provides this
   * form's message for a failure that belongs to no field; `''` shows nothing. True if it succeeded.
   */
  async send(
    event: SubmitEvent | null,
    work: () => Promise<unknown>,
    wrong: (failure: unknown) => string = explain,
  ): Promise<boolean> {
    event?.preventDefault();
    if (this.busy) return false;
    const form = event?.currentTarget as HTMLFormElement | null;
    this.clear();
    this.busy = true;
    try {
      await work();
      return true;
    } catch (failure) {
      this.#refuse(failure, wrong);
      await tick();
      form?.querySelector<HTMLElement>('[aria-invalid=true], [data-invalid]')?.focus();
      return false;
    } finally {
      this.busy = false;
    }
  }

  clear(): void {
    this.error = '';
    this.fields = {};
  }

  #refuse(failure: unknown, wrong: (failure: unknown) => string): void {
    const said = Object.entries(failure instanceof ApiError ? failure.fieldMessages() : {});
    const has = (name: string): name is Place => (this.#places as string[]).includes(name);
    const elsewhere = said.filter(([name]) => !has(name));
    this.fields = Object.fromEntries(said.filter(([name]) => has(name))) as Partial<Record<Place, string>>;
    this.error = said.length ? elsewhere.map(([, message]) => message).join(' ') : wrong(failure);
  }
}
