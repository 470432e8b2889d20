import { expect, it } from 'vitest';
import { rowsOf } from './diff';

const slices = [
  { name: 'messages', routes: [], values: { status: { in_progress: 'In progress', archived: 'Archived' } } },
];

it('shows values by name, lists by their items and facts without a value before', () => {
  const people = [{ id: 'a', name: 'Ada' }];
  const changes = {
    assignedTo: { from: null, to: 'a' },
    tags: { from: [], to: ['x', 'y'] },
    rows: { to: 3 },
    hours: { from: { mon: 1 }, to: false },
    status: { from: 'in_progress', to: 'archived' },
    role: { from: 'staff', to: 'manager' },
    title: { from: 'in_progress', to: 'new' },
  };
  expect(rowsOf({ changes, people } as never, slices)).toEqual([
    { field: 'assignedTo', before: 'nothing', after: 'Ada' },
    { field: 'tags', before: 'nothing', after: 'x, y' },
    { field: 'rows', before: null, after: '3' },
    { field: 'hours', before: 'mon: 1', after: 'No' },
    { field: 'status', before: 'In progress', after: 'Archived' },
    { field: 'role', before: 'Staff', after: 'Manager' },
    { field: 'title', before: 'in_progress', after: 'new' },
  ]);
  expect(rowsOf({ changes: null, people: [] }, slices)).toEqual([]);
});
