/**
 * Recovery codes are shown once. Until the person confirms that they are saved, nothing must replace them on screen.
 */
class ShownCodes {
  now = $state.raw<string[]>([]);
  /** They were copied or downloaded: leaving the page loses nothing. */
  saved = $state(false);

  show(fresh: string[]): void {
    this.now = fresh;
    this.saved = false;
  }

  forget(): void {
    this.show([]);
  }
}

export const codes = new ShownCodes();
