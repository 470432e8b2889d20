import { error } from '@sveltejs/kit';

/** An unknown URL shows its error inside the dashboard, with the navigation around it. */
export function load(): never {
  error(404);
}
