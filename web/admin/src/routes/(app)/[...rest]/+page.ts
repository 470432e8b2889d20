import { error } from '@sveltejs/kit';

/** An address that nobody has is answered inside of the dashboard, with its navigation around it. */
export function load(): never {
  error(404);
}
