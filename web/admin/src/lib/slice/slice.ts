/**
 * What a slice says of itself: one plain value, which its `index.ts` exports and `features/index.ts` lists. The frame, the
 * dashboard, the palette, the help, the notices, the first steps and the trail know nothing of a slice but this.
 *
 * The value comes with the first load, so it holds words and ways only. What is drawn comes with a `Later`.
 */
import type { Component } from 'svelte';
import type { Dashboard, Notification, Permission } from '../api/types';
import type { Notice } from '../live/live.svelte';
import type { IconName } from '../ui/Icon.svelte';

/** A component that is loaded when it is shown: `() => import('./X.svelte')`. */
export type Later<Props extends object = Record<string, never>> = () => Promise<{
  default: Component<Props>;
}>;

export interface Slice {
  /** The name of its folder. */
  name: string;
  /** The folders of `src/routes` that are its own, as they stand there without groups. */
  routes: string[];

  /** Pages that one goes to from the navigation, the palette and by keys. */
  entries?: Entry[];
  /** More ways in the palette, after the first entry. Found by typing only. */
  commands?: Command[];
  /** What typing in the palette finds. */
  search?: Search;
  /** Buttons of the frame that open something over the page. */
  tools?: Tool[];
  /** Groups of keys on the help sheet that only its own page knows; those of entries and tools are there already. */
  shortcuts?: { title: string; keys: [key: string, what: string][] }[];

  /** The words of its notices, by the name of the event. */
  notices?: Record<string, NoticeWords>;
  /** The kinds of things that notices, mails and the trail may be about. */
  entities?: Record<string, Entity>;
  /** What its letters are, by the name of their template. */
  letters?: Record<string, string>;
  /** In the trail: what the values of a field are called, by the name of the field. */
  values?: Record<string, Record<string, string>>;
  /** In the trail: who does what nobody of the firm does, by the first part of the action. */
  strangers?: Record<string, string>;

  /** What it shows on the dashboard. All slices' `cards/` are one script. */
  cards?: () => Promise<Cards>;
  /** What a colleague has to do here, on their page. */
  work?: Later<{ person: { id: string; openWork: number } }>;
  /** The words of its first steps, by the name that the server gives them. */
  steps?: Record<string, Told>;
  /** Where the tour stops: at what carries this id as `data-tour`. */
  stops?: Stop[];

  /** What lies over every page while it is open. */
  overlays?: Overlay[];
  /** The frame appears: time to ask the server what the navigation counts. */
  start?: () => void;
  /** Something happened elsewhere. */
  hear?: (notice: Notice | 'reconnected') => void;
  /** Somebody else may sit down here. What is loaded later says so itself, by `session.whenLeft`. */
  forget?: () => void;
  /** What it keeps on the device begins with this. It goes when the person signs out by hand. */
  stored?: string;
}

export interface Entry {
  id: string;
  label: string;
  icon: IconName;
  path: string;
  needs?: Permission;
  /** Keys that go there, and what the help sheet says of them. */
  keys?: string;
  goTo?: string;
  /** On a phone: `tab` stands in the row at the thumb. Everywhere: `account` stands in the menu of the person. */
  place?: 'tab' | 'account';
  /** How much waits there. */
  count?: () => number | null;
  /** Ways into parts of the page, below the entry while the page is open. */
  views?: (search: URLSearchParams) => View[];
}

export interface View {
  id: string;
  label: string;
  path: string;
  here: boolean;
  count: number | null;
}

export interface Command {
  id: string;
  label: string;
  icon: IconName;
  path: string;
  needs?: Permission;
}

export interface Search {
  /** As the placeholder of the palette calls it. */
  what: string;
  /** The heading over what is found. */
  group: string;
  icon: IconName;
  needs?: Permission;
  /** Leads to everything that fits. */
  all: (q: string) => { label: string; path: string };
  find: (q: string, signal: AbortSignal) => Promise<Found[]>;
}

export interface Found {
  id: string;
  label: string;
  detail?: string;
  path: string;
}

export interface Tool {
  id: string;
  label: string;
  icon: IconName;
  keys?: string;
  goTo?: string;
  /** What a screen reader calls the button, with what waits. */
  name: () => string;
  count: () => number;
  /** Said after the label where `name` is not used. */
  waiting: string;
  /** Read out when it changes. */
  said: () => string;
  open: () => void;
}

export interface NoticeWords {
  icon?: IconName;
  /** Missing: nobody is told in the dashboard, only by mail. */
  says?: (notice: Notification) => string;
  /** Where it leads if it is about nothing that has a page. */
  path?: string;
  /** On the profile: when one is told. */
  when: string;
}

export interface Entity {
  /** As in "the history of one …". */
  name: string;
  path?: (id: string) => string;
  /** The words of a link to it. */
  open?: string;
}

export interface Told {
  title: string;
  text: string;
}

export interface Stop extends Told {
  id: string;
  /** Stops come in the order of these. */
  at: number;
}

export interface Overlay {
  id: string;
  open: () => boolean;
  /** It could not be loaded. */
  close: () => void;
  load: Later;
}

export interface Cards {
  cards: Card[];
  /** A sentence under the greeting. */
  summary?: (board: Dashboard) => string | null;
  /** The page opens, or something happened a moment ago. */
  refresh?: () => void;
}

/** `head` stands beside the greeting and `first` below it, before the answer of the server; the others show the answer. */
export type Card =
  | { id: string; place: 'head' | 'first'; needs?: Permission; shows?: () => boolean; part: Component }
  | {
      id: string;
      place: 'top' | 'main' | 'side';
      needs?: Permission;
      shows?: (board: Dashboard) => boolean;
      part: Component<{ board: Dashboard; reload: () => void }>;
    };
