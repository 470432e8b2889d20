import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as Reach from './reach';
import type { ApiError } from './errors';

let [line, reach, KEY] = [] as unknown as [typeof Reach.line, typeof Reach.reach, string];

/** What `fetch` gets; a request without a response stays until it is stopped. */
let sent: { request: Request; answer: (text?: string) => void }[];
let options: RequestInit[];
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);
const read = (init?: RequestInit) => new Request('http://localhost/api/admin/messages', init);
const write = (key?: string) =>
  read({ method: 'POST', body: '{}', headers: key ? { [KEY]: key } : undefined });

/** What became of it so far. */
function watch(answer: Promise<Response>) {
  const seen = { is: 'pending', text: '' };
  answer.then(
    async (response) => Object.assign(seen, { is: 'here', text: await response.text() }),
    ({ name, code, message }: ApiError) =>
      Object.assign(seen, { is: name === 'Error' ? code : name, text: message }),
  );
  return seen;
}

beforeEach(async () => {
  vi.resetModules();
  ({ line, reach, KEY } = await import('./reach'));
  vi.useFakeTimers();
  sent = [];
  options = [];
  vi.stubGlobal('fetch', (request: Request, init: RequestInit & { signal: AbortSignal }) => {
    const { signal } = init;
    options.push(init);
    return new Promise<Response>((done, failed) => {
      signal.addEventListener('abort', () => failed(signal.reason));
      sent.push({ request, answer: (text = 'yes') => done(new Response(text)) });
    });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a request that nobody answers', () => {
  it('ends after 15 seconds if it reads, after 20 if it writes, and tells the socket', async () => {
    line.silent = vi.fn();
    const [reading, writing] = [watch(reach(read())), watch(reach(write()))];
    await pass(14.9);
    expect([reading.is, writing.is]).toEqual(['pending', 'pending']);
    await pass(0.1);
    expect([reading.is, writing.is]).toEqual(['silent', 'pending']);
    await pass(5);
    expect(writing.is).toBe('silent');
    expect(reading.text).not.toBe(writing.text);
    expect([sent.length, vi.mocked(line.silent).mock.calls.length]).toEqual([2, 2]);
  });

  it('may have a limit of its own, or none', async () => {
    const [long, stream] = [watch(reach(read(), 60_000)), watch(reach(read(), 0))];
    await pass(59);
    expect(long.is).toBe('pending');
    await pass(1);
    expect(long.is).toBe('silent');
    await pass(600);
    expect(stream.is).toBe('pending');
  });

  it('can be stopped by its caller', async () => {
    const stop = new AbortController();
    const seen = watch(reach(read({ signal: stop.signal })));
    stop.abort();
    await pass(0);
    expect([seen.is, (await watchedLater(stop.signal)).is, sent.length]).toEqual([
      'AbortError',
      'AbortError',
      1,
    ]);
  });
  const watchedLater = async (signal: AbortSignal) => {
    const seen = watch(reach(read({ signal })));
    await pass(0);
    return seen;
  };

  it('ends, too, if its body does not come', async () => {
    let never: ReadableStreamDefaultController | undefined;
    vi.stubGlobal('fetch', (_: Request, { signal }: { signal: AbortSignal }) => {
      const body = new ReadableStream({ start: (it) => void (never = it) });
      signal.addEventListener('abort', () => never?.error(signal.reason));
      return Promise.resolve(new Response(body));
    });
    const seen = watch(reach(read()));
    await pass(15);
    expect(seen.is).toBe('silent');
  });
});

describe('while the line is in doubt', () => {
  it('a read is sent again soon, on another connection, within the same limit', async () => {
    line.down();
    const seen = watch(reach(read()));
    await pass(3);
    expect(sent.length).toBe(2);
    await pass(6);
    expect(sent.length).toBe(3);
    sent[2]?.answer('late');
    await pass(0);
    expect(seen).toEqual({ is: 'here', text: 'late' });

    const other = watch(reach(read()));
    await pass(15);
    expect([other.is, sent.length]).toEqual(['silent', 6]);
  });

  it('a write is sent again only with a key, which stays the same', async () => {
    line.down();
    watch(reach(write()));
    await pass(19);
    expect(sent.length).toBe(1);
    watch(reach(write('one')));
    await pass(3);
    expect(sent.slice(1).map(({ request }) => request.headers.get(KEY))).toEqual(['one', 'one']);
  });

  it('what was sent before the line came back is sent again at once', async () => {
    const seen = watch(reach(read()));
    await pass(5);
    line.down();
    line.up();
    await pass(0);
    expect(sent.length).toBe(2);
    sent[1]?.answer();
    await pass(0);
    expect(seen.is).toBe('here');
  });

  it('what needs no cookies avoids the connections from before', async () => {
    const credentials = () => options.at(-1)?.credentials;
    watch(reach(read({ headers: { Authorization: 'Bearer x' } })));
    expect(credentials()).toBe(undefined);
    line.down();
    watch(reach(read({ headers: { Authorization: 'Bearer x' } })));
    expect(credentials()).toBe('omit');
    watch(reach(read()));
    expect(credentials()).toBe(undefined);
  });

  it('the doubt ends a while after the line came back', async () => {
    line.down();
    line.up();
    await pass(20);
    watch(reach(read()));
    await pass(10);
    expect(sent.length).toBe(1);
  });
});
