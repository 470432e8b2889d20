/** Short names for access types. */
import type { Schema } from '../../api/types';

export type Setup = Schema['Setup'];
