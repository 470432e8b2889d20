/** Recovery codes are shown once. Until the person says that they are kept, nothing may take their place. */
class ShownCodes {
  now = $state.raw<string[]>([]);
}

export const codes = new ShownCodes();
