/** Short names for onboarding types. */
import type { Schema } from '../../api/types';

export type Onboarding = Schema['Onboarding'];
export type OnboardingPatch = Schema['OnboardingPatch'];
