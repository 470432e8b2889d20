/** The list of slices, for everything below the layout that provides it. */
import { createContext } from 'svelte';
import type { Slice } from './slice';

export const [joined, join] = createContext<readonly Slice[]>();
