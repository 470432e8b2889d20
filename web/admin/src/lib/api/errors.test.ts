import { expect, it } from 'vitest';
import { ApiError, explain } from './errors';

const field = { field: 'assignedTo', code: 'invalid', message: 'Ada cannot have messages.' };

it('says what is wrong with the first field, where no field can show it', () => {
  const general = 'Some fields are invalid. See the error next to each field.';
  const other = { ...field, field: 'ids', message: 'Too many.' };
  expect(explain(new ApiError(422, 'validation_failed', general, [field, other]))).toBe(field.message);
  expect(explain(new ApiError(422, 'validation_failed', general))).toBe(general);
  expect(explain(new ApiError(409, 'conflict', 'In the way.'))).toBe('In the way.');
});
