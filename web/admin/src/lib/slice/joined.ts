/** The list of slices, for whatever is drawn below the layout that gives it. */
import { createContext } from 'svelte';
import type { Slice } from './slice';

export const [joined, join] = createContext<readonly Slice[]>();
