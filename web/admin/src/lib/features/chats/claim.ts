/** Takes a session that waits. Of several people who try at once, one gets it. */
import { live } from '../../live/live.svelte';
import { session } from '../../auth/session.svelte';

/** `mine`: it is; `lost`: somebody was faster, or it is over; `unsent`: there is no connection. */
export type Claimed = 'mine' | 'lost' | 'unsent';

const PATIENCE_MS = 10_000;

export function claim(sessionId: string): Promise<Claimed> {
  return new Promise((resolve) => {
    const done = (result: Claimed) => {
      clearTimeout(timer);
      deaf();
      resolve(result);
    };
    const timer = setTimeout(() => done('unsent'), PATIENCE_MS);
    const deaf = live.hear((frame) => {
      if (frame.type === 'session' && frame.sessionId === sessionId && frame.status !== 'waiting')
        done(frame.staffId === session.me?.id ? 'mine' : 'lost');
      else if (frame.type === 'error' && frame.sessionId === sessionId && !frame.clientId) done('lost');
    });
    if (!live.send({ type: 'claim', sessionId })) done('unsent');
  });
}
