/**
 * One request on the wire, with a time limit: what a dead line swallows neither gets a response nor fails by itself.
 */
import { offlineError, silentError } from './errors';

const READ_MS = 15_000;
const WRITE_MS = 20_000;
/** While the line is in doubt: how long the first try may take; each further one twice as long. */
const TRY_MS = 3_000;
/** How long connections from before may still be in use after the line's return, or after one gave no response. */
const DOUBT_MS = 20_000;

/** Without cookies: browsers use other connections for such requests, and these may live when the usual ones are dead. */
export const APART = { credentials: 'omit' } as const;

export const KEY = 'Idempotency-Key';

/** Each ends one try; the request is then sent again. */
const pending = new Set<() => void>();
let doubtUntil = 0;
const doubtful = () => Date.now() < doubtUntil;

/** What is known about the line to the server. */
export const line = {
  /** Called when a request got no response in time; the socket registers itself here. */
  silent: () => {},

  /**
   * The line went dead, and its connections with it. The browser keeps them and does not know: for a while, a request
   * that can be repeated takes other ones, and is sent again soon.
   */
  down(): void {
    doubtUntil = Infinity;
  },

  /** The line is back: requests that were sent before it may never get a response. */
  up(): void {
    if (!doubtful()) return;
    doubtUntil = Date.now() + DOUBT_MS;
    for (const again of pending) again();
  },
};

/**
 * `limit`: for the whole response, in milliseconds; 0 is none, for streams. `repeat`: sending it twice does no harm.
 */
export async function reach(
  request: Request,
  limit?: number,
  repeat = limit === undefined && (request.method === 'GET' || request.headers.has(KEY)),
): Promise<Response> {
  const { signal, method } = request;
  const reading = method === 'GET';
  const most = limit ?? (reading ? READ_MS : WRITE_MS);
  const end = Date.now() + most;
  for (let wait = repeat && doubtful() ? TRY_MS : most; ; wait *= 2) {
    signal.throwIfAborted();
    const stop = new AbortController();
    const quit = () => stop.abort();
    const timer = most ? setTimeout(quit, Math.min(wait, end - Date.now())) : undefined;
    signal.addEventListener('abort', quit);
    if (repeat) pending.add(quit);
    try {
      const apart = repeat && doubtful() && request.headers.has('Authorization') && APART;
      const response = await fetch(repeat ? request.clone() : request, { ...apart, signal: stop.signal });
      if (!most) return response;
      // The body, too, has to arrive in time.
      return new Response(response.status === 204 ? null : await response.blob(), response);
    } catch (error) {
      if (signal.aborted) throw error;
      if (!stop.signal.aborted) throw offlineError();
      if (!repeat || Date.now() >= end) {
        doubtUntil = Math.max(doubtUntil, Date.now() + DOUBT_MS);
        line.silent();
        throw silentError(reading);
      }
    } finally {
      clearTimeout(timer);
      pending.delete(quit);
    }
  }
}
