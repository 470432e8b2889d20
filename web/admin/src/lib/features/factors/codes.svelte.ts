/**
 * Recovery codes are shown once. Until the person confirms that they are saved, nothing must replace them on screen.
 */
class ShownCodes {
  now = $state.raw<string[]>([]);
}

export const codes = new ShownCodes();
