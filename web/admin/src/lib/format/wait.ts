import { plural } from './plural';

/** How long somebody has to wait, in words. */
export const waitFor = (seconds: number | null) =>
  !seconds
    ? 'in a few minutes'
    : seconds < 90
      ? `in ${plural(Math.ceil(seconds), 'second', 'seconds')}`
      : `in ${Math.ceil(seconds / 60)} minutes`;
