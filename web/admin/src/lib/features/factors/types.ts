/** Short names for second factor types. */
import type { Schema } from '../../api/types';

export type FactorState = Schema['FactorState'];
export type TotpBegun = Schema['TotpBegun'];
export type Passkey = Schema['PasskeyView'];
export type ColleagueFactors = Schema['ColleagueFactors'];
