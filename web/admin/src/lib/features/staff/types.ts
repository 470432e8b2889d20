/** Short names for staff types. */
import type { Schema } from '../../api/types';

export type StaffState = Schema['StaffState'];
export type StaffSummary = Schema['StaffSummary'];
export type StaffDetail = Schema['StaffDetail'];
export type StaffPatch = Schema['StaffPatch'];
export type Invitation = Schema['Invitation'];
export type ImportPreview = Schema['ImportPreview'];

export const STAFF_STATES = ['active', 'invited', 'deactivated'] as const satisfies readonly StaffState[];
