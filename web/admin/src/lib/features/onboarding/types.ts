/** Short names of the first steps. */
import type { Schema } from '../../api/types';

export type Onboarding = Schema['Onboarding'];
export type OnboardingPatch = Schema['OnboardingPatch'];
