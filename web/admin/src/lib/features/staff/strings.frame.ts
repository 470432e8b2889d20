/** Staff text in the shell. */
import type { StaffState } from './types';

export const frame = {
  staff: 'Staff',
  goTo: 'Go to staff',
  searched: 'staff',
  states: { active: 'Active', invited: 'Invited', deactivated: 'Deactivated' } satisfies Record<
    StaffState,
    string
  >,
  entity: 'staff',
  invitation: 'Staff invitation',
  emailChanged: 'Notice of a new sign-in email',
  colleague: { title: 'Invite a colleague', text: 'See who is replying to what.' },
};
