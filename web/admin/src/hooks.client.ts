import type { HandleClientError } from '@sveltejs/kit';

/** A missing page shows its error on the page; only real errors go to the console. */
export const handleError: HandleClientError = ({ error, status, message }) => {
  if (status !== 404) console.error(error);
  return { message };
};
