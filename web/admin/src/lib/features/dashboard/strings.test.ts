import { expect, it } from 'vitest';
import { own } from './strings';

it('greets by the hour, and wishes nobody a good night', () => {
  expect([2, 5, 12, 18, 21, 22].map((hour) => own.greeting(hour, 'Ada'))).toEqual([
    'Hello, Ada',
    'Good morning, Ada',
    'Good afternoon, Ada',
    'Good evening, Ada',
    'Good evening, Ada',
    'Hello, Ada',
  ]);
});
