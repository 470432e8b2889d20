import { describe, expect, it } from 'vitest';
import type { Notification, Permission } from '../api/types';
import {
  entityOf,
  entriesOf,
  forgetAll,
  isAt,
  letterOf,
  noticeOf,
  pathOf,
  searchesOf,
  shortcutsOf,
  stepOf,
  stopsOf,
  strangerOf,
  toolsOf,
  valuesOf,
  waysOf,
  type May,
} from './join';
import type { Slice } from './slice';

let forgotten = 0;
let opened = 0;

/** A slice that nobody knows: it joins only by being in the list. */
const bees: Slice = {
  name: 'bees',
  routes: ['bees', 'bees/hives'],
  entries: [
    {
      id: 'bees',
      label: 'Bees',
      icon: 'home',
      path: '/bees',
      needs: 'chats',
      keys: 'g b',
      goTo: 'Go to the bees',
      count: () => 7,
    },
    { id: 'hives', label: 'Hives', icon: 'inbox', path: '/bees/hives' },
  ],
  commands: [
    { id: 'queens', label: 'Bees: Queens', icon: 'inbox', path: '/bees?view=queens', needs: 'chats' },
  ],
  search: {
    what: 'bees',
    group: 'Bees',
    icon: 'mail',
    needs: 'chats',
    all: (q) => ({ label: `Search all bees for “${q}”`, path: `/bees?q=${q}` }),
    find: async (q) => [{ id: '1', label: q, path: '/bees/1' }],
  },
  tools: [
    {
      id: 'smoke',
      label: 'Smoke',
      icon: 'bell',
      keys: 'g k',
      name: () => 'Smoke',
      count: () => 0,
      waiting: '',
      said: () => '',
      open: () => opened++,
    },
  ],
  notices: {
    bee_swarmed: {
      icon: 'warn',
      says: ({ subject }) => `${subject} has swarmed`,
      path: '/bees',
      when: 'when bees swarm',
    },
  },
  entities: { hive: { name: 'hive', path: (id) => `/bees/${id}`, open: 'Open the hive' } },
  letters: { swarm_notice: 'Notice of a swarm' },
  values: { mood: { calm: 'Calm' } },
  strangers: { bee: 'A bee', 'hive.robbed': 'A wasp' },
  steps: { hive: { title: 'Build a hive', text: 'Wood will do.' } },
  stops: [{ id: 'bees', at: 15, title: 'Bees', text: 'They hum.' }],
  forget: () => forgotten++,
  stored: 'bees:',
};

const home: Slice = {
  name: 'home',
  routes: [''],
  entries: [{ id: 'home', label: 'Home', icon: 'home', path: '/', keys: 'g d', place: 'tab' }],
  stops: [
    { id: 'last', at: 20, title: 'Last', text: '' },
    { id: 'home', at: 10, title: 'Home', text: '' },
  ],
  letters: { hello: 'Hello' },
};

const slices = [home, bees];
const all: May = () => true;
const none: May = () => false;
const ids = (list: { id: string }[]) => list.map(({ id }) => id);

describe('a made-up slice', () => {
  it('stands in the navigation, for whoever may', () => {
    expect(ids(entriesOf(slices, all))).toEqual(['home', 'bees', 'hives']);
    expect(ids(entriesOf(slices, none))).toEqual(['home', 'hives']);
    const asked: Permission[] = [];
    entriesOf(slices, (permission) => asked.push(permission) > 0);
    expect(asked).toEqual(['chats']);
    expect(entriesOf(slices, all)[1]?.count?.()).toBe(7);
    expect(ids(toolsOf(slices, all))).toEqual(['smoke']);
  });

  it('is where one is on its pages, and no other entry is', () => {
    const entries = entriesOf(slices, all);
    const here = (place: string) => ids(entries.filter((entry) => isAt(place, entry, entries)));
    expect(here('/')).toEqual(['home']);
    expect(here('/bees')).toEqual(['bees']);
    expect(here('/bees/1')).toEqual(['bees']);
    expect(here('/bees/hives')).toEqual(['hives']);
    expect(here('/beeswax')).toEqual([]);
  });

  it('is found in the palette', () => {
    const ways = waysOf(slices, all);
    expect(ids(ways)).toEqual(['home', 'bees', 'queens', 'hives']);
    expect(ways.filter(({ typed }) => typed).map(({ path }) => path)).toEqual(['/bees?view=queens']);
    expect(ways[1]?.keys).toBe('g b');
    expect(ids(waysOf(slices, none))).toEqual(['home', 'hives']);
    expect(searchesOf(slices, all).map(({ what }) => what)).toEqual(['bees']);
    expect(searchesOf(slices, none)).toEqual([]);
  });

  it('has its keys, and they stand on the help sheet', () => {
    const shortcuts = shortcutsOf(slices);
    expect(shortcuts.map(({ keys, what }) => [keys, what])).toEqual([
      ['g d', 'Home'],
      ['g b', 'Go to the bees'],
      ['g k', 'Smoke'],
    ]);
    expect(shortcuts[1]).toMatchObject({ does: '/bees', needs: 'chats' });
    const does = shortcuts[2]?.does;
    if (typeof does === 'function') does();
    expect(opened).toBe(1);
  });

  it('says its notices, mails and entries of the trail', () => {
    expect(noticeOf(slices, 'bee_swarmed')?.says?.({ subject: 'Maja' } as Notification)).toBe(
      'Maja has swarmed',
    );
    expect(noticeOf(slices, 'toString')).toBeUndefined();
    expect(letterOf(slices, 'swarm_notice')).toBe('Notice of a swarm');
    expect(letterOf(slices, 'unheard_of')).toBe('unheard_of');
    expect(entityOf(slices, 'hive')?.name).toBe('hive');
    expect(pathOf(slices, all, { entityType: 'hive', entityId: null })).toBeUndefined();
    expect(pathOf(slices, all, { entityType: 'stone', entityId: '9' })).toBeUndefined();
    expect(valuesOf(slices, 'mood')).toEqual({ calm: 'Calm' });
    expect(strangerOf(slices, 'bee.stung')).toBe('A bee');
    expect(strangerOf(slices, 'hive.robbed')).toBe('A wasp');
    expect(strangerOf(slices, 'hive.built')).toBeUndefined();
    expect(strangerOf(slices, 'stone.fell')).toBeUndefined();
  });

  it('leads to what something is about, for whoever may go there', () => {
    const hive = { entityType: 'hive', entityId: '9' };
    expect(pathOf(slices, all, hive)).toBe('/bees/9');
    expect(pathOf(slices, none, hive)).toBeUndefined();
    const wild = {
      name: 'wild',
      routes: [],
      entities: { swarm: { name: 'swarm', path: (id: string) => `/swarms/${id}` } },
    };
    expect(pathOf([...slices, wild], none, { entityType: 'swarm', entityId: '9' })).toBe('/swarms/9');
    const queried: Slice = {
      ...wild,
      entities: { swarm: { name: 'swarm', path: (id) => `/bees?swarm=${id}` } },
    };
    expect(pathOf([...slices, queried], none, { entityType: 'swarm', entityId: '9' })).toBeUndefined();
  });

  it('is among the first steps and on the tour', () => {
    expect(stepOf(slices, 'hive').title).toBe('Build a hive');
    expect(stepOf(slices, 'other')).toEqual({ title: 'other', text: '' });
    expect(ids(stopsOf(slices))).toEqual(['home', 'bees', 'last']);
  });

  it('forgets who was there, and on the device what they left by hand', () => {
    const kept = new Map([
      ['bees:1', 'x'],
      ['other', 'y'],
    ]);
    const storage = { removeItem: (key: string) => void kept.delete(key), 'bees:1': 'x', other: 'y' };
    forgetAll(slices, false, storage);
    expect([forgotten, kept.size]).toEqual([1, 2]);
    forgetAll(slices, true, storage);
    expect([forgotten, ...kept.keys()]).toEqual([2, 'other']);
  });
});
