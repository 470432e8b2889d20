/**
 * What a slice declares about itself: one plain value, which its `index.ts` exports and `features/index.ts` lists. The
 * shell, the dashboard, the palette, the help, the notices, the first steps and the audit trail know nothing else about a
 * slice.
 *
 * The value is part of the first load, so it contains only text and routes. Components are loaded with a `Later`.
 */
import type { Component } from 'svelte';
import type { Dashboard, Notification, Permission, ServerFrame } from '../api/types';
import type { Notice } from '../live/live.svelte';
import type { IconName } from '../ui/Icon.svelte';

/** A component that is loaded when it is shown: `() => import('./X.svelte')`. */
export type Later<Props extends object = Record<string, never>> = () => Promise<{
  default: Component<Props>;
}>;

/** A group of keys in the help sheet. */
export interface Shortcuts {
  title: string;
  keys: [key: string, what: string][];
}

export interface Slice {
  /** The name of its folder. */
  name: string;
  /** The folders of `src/routes` that it owns, without groups. */
  routes: string[];

  /** Pages in the navigation, in the palette and with shortcut keys. */
  entries?: Entry[];
  /** More palette items, after the first entry. Found only by typing. */
  commands?: Command[];
  /** What typing in the palette finds on the server. */
  search?: Search;
  /** What the palette loads when it opens. The `palette/` of all slices are one script. */
  palette?: () => Promise<Findable>;
  /** Buttons in the shell that open something over the page. */
  tools?: Tool[];
  /**
   * Groups of keys for the help sheet that only its own page knows; those of entries and tools are added automatically.
   */
  shortcuts?: () => Promise<{ shortcuts: Shortcuts[] }>;

  /** The text of its notices, by event name. */
  notices?: Record<string, NoticeWords>;
  /** The kinds of entities that notices, emails and audit entries can refer to. */
  entities?: Record<string, Entity>;
  /** Names of its emails, by template name. */
  letters?: Record<string, string>;
  /** For the audit trail: labels for the values of a field, by field name. */
  values?: Record<string, Record<string, string>>;
  /** For the audit trail: the actor when it is nobody from the firm, by the action or its first part. */
  strangers?: Record<string, string>;

  /** Its dashboard cards. The `cards/` of all slices are one script. */
  cards?: () => Promise<Cards>;
  /** A colleague's open work, for their page. */
  work?: Later<{ person: { id: string; openWork: number } }>;
  /** The text of its onboarding steps, by the name that the server gives them. */
  steps?: Record<string, Told>;
  /** Tour stops: each points at the element with this id as `data-tour`. */
  stops?: Stop[];

  /** What covers every page while it is open. */
  overlays?: Overlay[];
  /** Called when the shell appears: load the counts for the navigation. */
  start?: () => void;
  /** Something happened elsewhere. */
  hear?: (notice: Notice | 'reconnected') => void;
  /** Receives the frames of the socket that are not the lower layer's own, and `ready` whenever it is new. */
  frames?: (frame: ServerFrame) => void;
  /**
   * Called before someone else uses this tab. Modules that are loaded later register with `session.whenLeft`
   * themselves.
   */
  forget?: () => void;
  /** Prefix of what it stores on the device. Removed when the person signs out themselves. */
  stored?: string;
}

export interface Entry {
  id: string;
  label: string;
  icon: IconName;
  path: string;
  needs?: Permission;
  /** Keys that go there, and their text on the help sheet. */
  keys?: string;
  goTo?: string;
  /**
   * On a phone: `tab` puts it in the row within reach of the thumb. Everywhere: `account` puts it in the person's menu.
   */
  place?: 'tab' | 'account';
  /** The number of waiting items. */
  count?: () => number | null;
  /** Links to parts of the page, below the entry while the page is open. */
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
  /** Where it is, beside its label. */
  detail?: string;
  /** Other words by which it is found. */
  words?: string;
}

export interface Findable {
  /** Other words for its entries, commands and tools, and for what its pages offer, by their ids. */
  words?: Record<string, string>;
  /** Parts of its pages, and actions on them; both are found only by typing. */
  places?: Command[];
  commands?: Command[];
  /** More places, from the server, with the permission that asking for them requires. */
  listed?: { needs: Permission; load: () => Promise<Command[]> };
}

export interface Search {
  /** Its name in the palette's placeholder. */
  what: string;
  /** The heading over the results. */
  group: string;
  icon: IconName;
  needs?: Permission;
  /** Leads to all matching results, if there may be too many to list. */
  all?: (q: string) => { label: string; path: string };
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
  needs?: Permission;
  keys?: string;
  goTo?: string;
  /** If set, it is a switch: whether it is on. */
  on?: () => boolean;
  /** The button's accessible name, including what is waiting. */
  name: () => string;
  count: () => number;
  /** Appended to the label where `name` is not used. */
  waiting: string;
  /** Announced when it changes. */
  said: () => string;
  open: () => void;
}

export interface NoticeWords {
  icon?: IconName;
  /** Missing: no notice in the dashboard, only by email. */
  says?: (notice: Notification) => string;
  /** Where it leads if its entity has no page. */
  path?: string;
  /** On the profile: when the notice is sent. */
  when: string;
}

export interface Entity {
  /** As in "the history of one …". */
  name: string;
  path?: (id: string) => string;
  /** The text of a link to it. */
  open?: string;
}

export interface Told {
  title: string;
  text: string;
}

export interface Stop extends Told {
  id: string;
  /** Stops are sorted by this. */
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
  /** A sentence below the greeting. */
  summary?: (board: Dashboard) => string | null;
  /** The page opens, or something happened a moment ago. */
  refresh?: () => void;
}

/**
 * `head` is beside the greeting and `first` below it, before the server's response arrives; the others show the
 * response.
 */
export type Card =
  | { id: string; place: 'head' | 'first'; needs?: Permission; shows?: () => boolean; part: Component }
  | {
      id: string;
      place: 'top' | 'main' | 'side';
      needs?: Permission;
      shows?: (board: Dashboard) => boolean;
      part: Component<{ board: Dashboard; reload: () => void }>;
    };
