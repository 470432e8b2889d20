/** Short names for API token types. */
import type { Schema } from '../../api/types';

export type ApiToken = Schema['TokenView'];
export type MadeToken = Schema['MadeToken'];
export type NewToken = Schema['NewToken'];
export type TokenState = Schema['TokenState'];
