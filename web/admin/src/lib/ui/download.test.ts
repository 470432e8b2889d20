import { expect, it, vi } from 'vitest';
import { rowCounter } from './download';

vi.mock('./toasts.svelte', () => ({ toasts: {} }));

it('counts rows of CSV whose cells have several lines, wherever the parts are cut', () => {
  const csv = new TextEncoder().encode('a,"one\ntwo ""quoted""\r\nthree"\r\nb,four\r\n');
  for (let cut = 0; cut <= csv.length; cut++) {
    const count = rowCounter(true);
    expect(count(csv.slice(0, cut)) + count(csv.slice(cut))).toBe(2);
  }
});

it('takes no heed of quotes in lines of JSON', () => {
  expect(rowCounter(false)(new TextEncoder().encode('{"a":"5\\" pipe"}\n{"a":1}\n'))).toBe(2);
});
