import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/errors';
import { Sending } from './sending.svelte';

const refused = (...fields: [string, string][]) =>
  new ApiError(
    422,
    'validation_failed',
    'Some fields are invalid.',
    fields.map(([field, message]) => ({ field, message, code: 'invalid' })),
  );
const failing = (error: unknown) => () => Promise.reject(error);

describe('a form on its way', () => {
  it('is sent once, however often the button is pressed', async () => {
    const sending = new Sending();
    let times = 0;
    let finish = () => {};
    const work = () => {
      times++;
      return new Promise<void>((done) => (finish = done));
    };
    const first = sending.send(null, work);
    expect([await sending.send(null, work), sending.busy, times]).toEqual([false, true, 1]);
    finish();
    expect([await first, sending.busy]).toEqual([true, false]);
  });

  it('says what is wrong beside its field, and above all where no field shows it', async () => {
    const sending = new Sending('name');
    const sent = await sending.send(
      null,
      failing(refused(['name', 'Too long.'], ['token', 'This link is over.'], ['more', 'Nor this.'])),
    );
    expect([sent, sending.fields, sending.error]).toEqual([
      ...[false, { name: 'Too long.' }, 'This link is over. Nor this.'],
    ]);
    await sending.send(null, failing(refused(['name', 'Too long.'])));
    expect(sending.error).toBe('');
  });

  it('asks the form for words where no field is to blame, and forgets them at the next attempt', async () => {
    const sending = new Sending();
    await sending.send(
      null,
      failing(new ApiError(409, 'conflict', 'In the way.')),
      () => 'In words of the form.',
    );
    expect(sending.error).toBe('In words of the form.');
    await sending.send(null, failing(new ApiError(409, 'conflict', 'In the way.')));
    expect(sending.error).toBe('In the way.');
    await sending.send(null, () => Promise.resolve());
    expect(sending.error).toBe('');
  });
});
