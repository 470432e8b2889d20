/** Onboarding steps and sample data. */
import { data, http, LONG } from '../../api/http';
import type { OnboardingPatch } from './types';

export const api = {
  get: () => data(http.GET('/api/admin/onboarding', {})),
  note: (body: OnboardingPatch) => data(http.PATCH('/api/admin/onboarding', { body })),
  makeSamples: () => data(http.POST('/api/admin/samples', LONG)),
  removeSamples: () => data(http.DELETE('/api/admin/samples', LONG)),
};
