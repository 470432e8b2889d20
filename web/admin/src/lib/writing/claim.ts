/**
 * Which of a person's tabs writes into the draft of a message. One at a time: the others show its text and can take the
 * draft over. Pure: `claim.svelte.ts` does what this decides.
 */

/**
 * `none`: nothing is written here, so any tab may. `asking`: wanted, and the browser has not answered yet. `mine`: this
 * tab writes. `elsewhere`: another one does. `taking`: this tab has asked the other for the draft. `owing`: the other has
 * asked this one, which is sending the text right now.
 */
export type Claim = 'none' | 'asking' | 'mine' | 'elsewhere' | 'taking' | 'owing';

export interface State {
  claim: Claim;
  sending: boolean;
}

export type Happening =
  /** The field has focus or the draft is not empty; and the opposite. */
  | 'needed'
  | 'unneeded'
  /**
   * About the browser's lock: this tab has it, another tab has it, another has it with nothing written, and another has
   * taken it from this one.
   */
  | 'granted'
  | 'held'
  | 'free'
  | 'lost'
  /** The person wants to write here. */
  | 'wanted'
  /** Another tab asks for the draft; has given it; will give it once it is sent; does not answer. */
  | 'asked'
  | 'given'
  | 'delayed'
  | 'silent'
  /** The text of this tab is on its way; and it has arrived or failed. */
  | 'sending'
  | 'sent'
  /** Another tab has stored a text although this one writes: this browser has no locks here. */
  | 'overwritten';

export type Deed =
  /** Ask for the lock and wait in its queue; leave both; take the lock from whoever has it. */
  | 'request'
  | 'release'
  | 'seize'
  /** Ask the other tab for the draft, and stop expecting its answer soon. */
  | 'ask'
  | 'wait'
  /** Answer the other tab: with the draft, or that it will come. */
  | 'give'
  | 'delay'
  /** Show the newest text; store what was typed before the browser had answered. */
  | 'read'
  | 'save';

export const START: State = { claim: 'none', sending: false };

type Step = [Claim, ...Deed[]];

/** What a tab does, by what it was and what happens. Everything else changes nothing. */
const STEPS: Record<Claim, Partial<Record<Happening, Step>>> = {
  none: {
    needed: ['asking', 'request'],
  },
  asking: {
    granted: ['mine', 'save'],
    free: ['mine', 'seize', 'save'],
    held: ['elsewhere', 'read'],
    unneeded: ['none', 'release'],
  },
  mine: {
    asked: ['elsewhere', 'give'],
    // Without being asked: nothing was written here, or the browser had paused this tab.
    lost: ['elsewhere', 'request', 'read'],
    overwritten: ['elsewhere', 'read'],
    unneeded: ['none', 'release'],
  },
  elsewhere: {
    granted: ['mine', 'read'],
    free: ['mine', 'seize'],
    // The lock of a draft that this tab has given away.
    lost: ['elsewhere', 'request'],
    wanted: ['taking', 'ask'],
    unneeded: ['none', 'release'],
  },
  taking: {
    granted: ['mine', 'read'],
    given: ['mine', 'seize'],
    delayed: ['taking', 'wait'],
    silent: ['mine', 'seize', 'read'],
    lost: ['taking', 'request'],
    unneeded: ['none', 'release'],
  },
  owing: {
    sent: ['elsewhere', 'give'],
    lost: ['elsewhere', 'request', 'read'],
  },
};

export function next({ claim, sending }: State, what: Happening): { state: State; deeds: Deed[] } {
  const now = what === 'sending' || (sending && what !== 'sent');
  if (claim === 'mine' && what === 'asked' && now)
    return { state: { claim: 'owing', sending: now }, deeds: ['delay'] };
  const [then, ...deeds] = STEPS[claim][what] ?? [claim];
  return { state: { claim: then, sending: now }, deeds };
}

/** Whether another tab writes. */
export const isElsewhere = ({ claim }: State): boolean => claim === 'elsewhere' || claim === 'taking';

/** Two texts of which neither may be lost: what the other tab has, and what was typed here meanwhile. */
export function both(theirs: string, typed: string): string {
  if (!typed.trim() || theirs.includes(typed.trim())) return theirs;
  return typed.startsWith(theirs) ? typed : `${theirs.trimEnd()}\n\n${typed}`;
}
