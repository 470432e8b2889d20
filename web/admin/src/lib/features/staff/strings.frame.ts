/** Staff text in the shell. */
import type { StaffState } from './types';

export const frame = {
  staff: 'Staff',
  goTo: 'Go to staff',
  states: { active: 'Active', invited: 'Invited', deactivated: 'Deactivated' } satisfies Record<
    StaffState,
    string
  >,
  entity: 'staff',
  invitation: 'Invitation of a person',
  emailChanged: 'Notice of a new sign-in address',
  colleague: { title: 'Invite a colleague', text: 'Two of you see who answers what.' },
};
