import { describe, expect, it } from 'vitest';
import { areaPath, labelled, linePath, nearest, place, ticks } from './chart';

describe('chart', () => {
  it('has whole, readable steps', () => {
    expect(ticks(0)).toEqual([0, 1]);
    expect(ticks(1)).toEqual([0, 1]);
    expect(ticks(3)).toEqual([0, 1, 2, 3]);
    expect(ticks(7)).toEqual([0, 2, 4, 6, 8]);
    expect(ticks(230)).toEqual([0, 100, 200, 300]);
    for (let max = 1; max < 3000; max += 7) {
      const steps = ticks(max);
      expect(steps.at(-1)).toBeGreaterThanOrEqual(max);
      expect(steps.length).toBeLessThanOrEqual(6);
    }
  });

  it('places values between the edges', () => {
    expect(place([0, 5, 10], 10, 100, 50)).toEqual([
      { x: 0, y: 50 },
      { x: 50, y: 25 },
      { x: 100, y: 0 },
    ]);
    expect(place([3], 0, 100, 50)).toEqual([{ x: 50, y: 50 }]);
  });

  it('draws lines and areas', () => {
    const points = place([0, 10], 10, 10, 10);
    expect(linePath(points)).toBe('M0 10L10 0');
    expect(areaPath(points, 10)).toBe('M0 10L10 0L10 10L0 10Z');
    expect(areaPath([], 10)).toBe('');
  });

  it('labels as many days as fit, the last one always', () => {
    expect(labelled(30, 300)).toEqual([5, 11, 17, 23, 29]);
    expect(labelled(3, 1000)).toEqual([0, 1, 2]);
    expect(labelled(0, 100)).toEqual([]);
  });

  it('finds the day under the pointer', () => {
    expect(nearest(place([1, 1, 1], 1, 100, 10), 60)).toBe(1);
  });
});
