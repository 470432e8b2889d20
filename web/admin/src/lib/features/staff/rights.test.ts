import { describe, expect, it } from 'vitest';
import type { Permission } from '../../api/types';
import { offered } from '../../auth/permissions';
import { givable, mayGive, preset } from './rights';

describe('rights', () => {
  const hr = { role: 'staff' as const, permissions: ['staff', 'messages'] satisfies Permission[] };

  it('roles start with what the server gives them', () => {
    expect(preset('staff')).toEqual(['messages', 'chats', 'consultations']);
    expect(preset('manager')).not.toContain('staff');
    expect(preset('admin')).toHaveLength(10);
  });

  it('nobody gives what they lack', () => {
    expect(mayGive(hr, 'messages')).toBe(true);
    expect(mayGive(hr, 'settings')).toBe(false);
    expect(mayGive({ role: 'admin', permissions: [] }, 'settings')).toBe(true);
    expect(givable(hr, 'staff')).toEqual(['messages']);
    expect(mayGive(null, 'messages')).toBe(false);
  });

  it('what this version has nothing for is offered only where somebody has it', () => {
    expect(offered()).toEqual(['messages', 'staff', 'audit', 'settings', 'privacy']);
    expect(offered(['chats', 'messages'])).toEqual([
      ...['messages', 'chats', 'staff', 'audit', 'settings', 'privacy'],
    ]);
    const admin = { role: 'admin' as const, permissions: [] };
    expect(givable(admin, 'staff')).toEqual(['messages']);
    expect(givable(admin, 'manager')).toEqual(['messages']);
  });
});
