import { describe, expect, it } from 'vitest';
import { changed, differences, merged, type Edited } from './merge';

const base: Edited = {
  name: 'Cleo',
  email: 'c@x.example',
  role: 'staff',
  permissions: ['messages', 'chats'],
};

describe('two who edit one person', () => {
  it('only what was changed is sent, and the order of rights is no change', () => {
    expect(changed(base, { ...base, permissions: ['chats', 'messages'] })).toEqual({});
    expect(changed(base, { ...base, name: 'Cleo Ann' })).toEqual({ name: 'Cleo Ann' });
  });

  it('each line says who changed it', () => {
    const yours = { ...base, name: 'Cleo A.', role: 'manager' as const };
    const theirs = { ...base, name: 'Cleo B.', email: 'b@x.example' };
    expect(differences(base, yours, theirs).map(({ field, side }) => [field, side])).toEqual([
      ['name', 'yours'],
      ['email', 'theirs'],
      ['role', 'yours'],
    ]);
    expect(differences(base, theirs, theirs)).toEqual([]);
  });

  it('the choice makes the result, and nothing else is lost', () => {
    const yours = { ...base, name: 'Cleo A.', role: 'manager' as const };
    const theirs = { ...base, name: 'Cleo B.', email: 'b@x.example' };
    const result = merged(theirs, yours, { name: 'theirs', email: 'theirs', role: 'yours' });
    expect(result).toEqual({ ...base, name: 'Cleo B.', email: 'b@x.example', role: 'manager' });
  });
});
