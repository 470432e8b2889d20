/** Short names of getting in. */
import type { Schema } from '../../api/types';

export type Setup = Schema['Setup'];
