import { describe, expect, it } from 'vitest';
import { both, isElsewhere, next, START, type Deed, type Happening, type State } from './claim';

/** A tab that lives through this, and what it did at each step. */
function live(...happenings: Happening[]): { state: State; deeds: Deed[][] } {
  let state = START;
  const deeds = happenings.map((what) => {
    const step = next(state, what);
    state = step.state;
    return step.deeds;
  });
  return { state, deeds };
}
const claimAfter = (...happenings: Happening[]) => live(...happenings).state.claim;
const lastOf = (...happenings: Happening[]) => live(...happenings).deeds.at(-1);

describe('a draft in one tab', () => {
  it('is claimed when it is needed, and let go when nothing is written', () => {
    expect(live('needed', 'granted', 'unneeded')).toEqual({
      state: { claim: 'none', sending: false },
      deeds: [['request'], ['save'], ['release']],
    });
  });
});

describe('a draft in two tabs', () => {
  it('is shown in the second, which writes nothing', () => {
    const { state, deeds } = live('needed', 'held');
    expect(isElsewhere(state)).toBe(true);
    expect(deeds.at(-1)).toEqual(['read']);
    expect(deeds.flat()).not.toContain('save');
  });

  it('goes to the second when the first is closed, with its newest text', () => {
    expect(claimAfter('needed', 'held', 'granted')).toBe('mine');
    expect(lastOf('needed', 'held', 'granted')).toEqual(['read']);
  });

  it('goes over on request: the first gives it before the second takes the lock', () => {
    expect(lastOf('needed', 'held', 'wanted')).toEqual(['ask']);
    const first = live('needed', 'granted', 'asked');
    expect([first.state.claim, first.deeds.at(-1)]).toEqual(['elsewhere', ['give']]);
    const second = live('needed', 'held', 'wanted', 'given');
    expect([second.state.claim, second.deeds.at(-1)]).toEqual(['mine', ['seize']]);
    // The first then waits in the queue, and can ask in turn.
    expect(lastOf('needed', 'granted', 'asked', 'lost')).toEqual(['request']);
    expect(claimAfter('needed', 'granted', 'asked', 'lost', 'wanted', 'given')).toBe('mine');
  });

  it('is taken from a tab that does not answer, with what it stored', () => {
    expect(lastOf('needed', 'held', 'wanted', 'silent')).toEqual(['seize', 'read']);
    expect(claimAfter('needed', 'granted', 'lost')).toBe('elsewhere');
    expect(lastOf('needed', 'granted', 'lost')).toEqual(['request', 'read']);
  });

  it('goes over without a word if nothing is written in the first', () => {
    expect(live('needed', 'free').deeds.at(-1)).toEqual(['seize', 'save']);
    expect(claimAfter('needed', 'held', 'free')).toBe('mine');
  });
});

describe('a draft that is being sent', () => {
  it('is given only afterwards, whether or not it arrived', () => {
    const during = live('needed', 'granted', 'sending', 'asked');
    expect([during.state.claim, during.deeds.at(-1)]).toEqual(['owing', ['delay']]);
    const after = live('needed', 'granted', 'sending', 'asked', 'sent');
    expect([after.state.claim, after.deeds.at(-1)]).toEqual(['elsewhere', ['give']]);
    expect(after.state.sending).toBe(false);
  });

  it('keeps the other tab waiting instead of being taken', () => {
    expect(lastOf('needed', 'held', 'wanted', 'delayed')).toEqual(['wait']);
    expect(claimAfter('needed', 'held', 'wanted', 'delayed', 'given')).toBe('mine');
  });
});

describe('a browser without locks', () => {
  it('leaves the draft to the tab that wrote last', () => {
    expect(claimAfter('needed', 'granted', 'overwritten')).toBe('elsewhere');
    expect(claimAfter('needed', 'granted', 'overwritten', 'wanted', 'silent')).toBe('mine');
  });
});

describe('two texts', () => {
  it('are both kept', () => {
    expect(both('Hello', 'Bye')).toBe('Hello\n\nBye');
    expect(both('Hello', 'Hello there')).toBe('Hello there');
    expect(both('Hello there', 'there')).toBe('Hello there');
    expect(both('Hello', ' ')).toBe('Hello');
    expect(both('', 'Bye')).toBe('Bye');
  });
});
