/** How this device tells of chats when nobody looks: a sound, a notification of the desktop, the title of the tab. */
import { session } from '../../auth/session.svelte';
import { href } from '../../href';
import type { News } from './desk';
import { nameOf } from './names';
import { SIGNALS } from './stored';
import { own } from './strings';

export const KINDS = ['sound', 'desktop', 'title'] as const;
export type Signal = (typeof KINDS)[number];

class Signals {
  on = $state.raw<readonly Signal[]>(stored());
  /** The browser does not let this page show notifications. */
  denied = $state(false);
  #title = '';
  #waiting = 0;

  constructor() {
    document.addEventListener('visibilitychange', () => this.#calm());
    addEventListener('focus', () => this.#calm());
    session.whenLeft(() => this.#calm());
  }

  async toggle(signal: Signal): Promise<void> {
    const had = this.on.includes(signal);
    if (!had && signal === 'desktop' && !(await this.#allowed())) return;
    this.on = had ? this.on.filter((other) => other !== signal) : [...this.on, signal];
    try {
      if (this.on.length) localStorage.setItem(SIGNALS, this.on.join(' '));
      else localStorage.removeItem(SIGNALS);
    } catch {
      // For this page only then.
    }
    if (!had && signal === 'sound') void beep();
  }

  async #allowed(): Promise<boolean> {
    const answer = 'Notification' in window ? await Notification.requestPermission() : 'denied';
    this.denied = answer !== 'granted';
    return !this.denied;
  }

  ring(news: News): void {
    if (this.on.includes('sound')) void beep();
    if (document.hasFocus()) return;
    if (this.on.includes('title')) this.#mark();
    if (this.on.includes('desktop')) notify(news);
  }

  #mark(): void {
    if (!this.#waiting++) this.#title = document.title;
    document.title = `(${this.#waiting}) ${this.#title}`;
  }

  #calm(): void {
    if (!this.#waiting || !document.hasFocus()) return;
    if (document.title === `(${this.#waiting}) ${this.#title}`) document.title = this.#title;
    this.#waiting = 0;
  }
}

function stored(): Signal[] {
  try {
    const known = (localStorage.getItem(SIGNALS) ?? '').split(' ');
    return KINDS.filter((kind) => known.includes(kind));
  } catch {
    return [];
  }
}

/** Several tabs hear the same; the tag makes one notification of it. */
function notify({ kind, session: one }: News): void {
  const { sessionId, version } = one;
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  const note = new Notification(own.signals[kind](nameOf(one)), {
    tag: `${sessionId}-${version}`,
    icon: href('/favicon.svg'),
  });
  note.onclick = () => {
    focus();
    location.assign(href(`/chats/${sessionId}`));
  };
}

/** Two short tones. One tab plays them for all. */
async function beep(): Promise<void> {
  const play = async () => {
    const audio = new AudioContext();
    for (const [at, tone] of [
      [0, 660],
      [0.14, 880],
    ] as const) {
      const [source, volume] = [audio.createOscillator(), audio.createGain()];
      source.frequency.value = tone;
      volume.gain.setValueAtTime(0.0001, audio.currentTime + at);
      volume.gain.exponentialRampToValueAtTime(0.12, audio.currentTime + at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + at + 0.13);
      source.connect(volume).connect(audio.destination);
      source.start(audio.currentTime + at);
      source.stop(audio.currentTime + at + 0.14);
    }
    await new Promise((done) => setTimeout(done, 600));
    await audio.close();
  };
  try {
    if (!navigator.locks) return await play();
    await navigator.locks.request('tekvwarho-chat-sound', { ifAvailable: true }, (lock) =>
      lock ? play() : undefined,
    );
  } catch {
    // The browser plays nothing until somebody has used the page.
  }
}

export const signals = new Signals();
