import { expect, it } from 'vitest';
import { deed } from './history';

const said = (sentence: string, staffName: string | null = 'Anna Virtanen') =>
  deed({ at: '', sentence, staffName }, 'The system').join(' ');

it('says who did what, without naming the chat in which it stands', () => {
  expect(said('added a note to a chat')).toBe('Anna Virtanen added a note');
  expect(said('changed the tags of a chat from none to printer')).toBe(
    'Anna Virtanen changed the tags from none to printer',
  );
  expect(said('closed a chat')).toBe('Anna Virtanen closed the chat');
  expect(said('gave a chat back to the queue')).toBe('Anna Virtanen gave the chat back to the queue');
  expect(said('put a chat back into the queue: nobody had replied', null)).toBe(
    'The system put the chat back into the queue: nobody had replied',
  );
  expect(said('added a note')).toBe('Anna Virtanen added a note');
});
