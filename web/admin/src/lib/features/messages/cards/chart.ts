/** The geometry of the trend chart. Pure. */
export interface Point {
  x: number;
  y: number;
}

/** A round maximum and 2–5 whole steps down to zero. */
export function ticks(max: number): number[] {
  if (max <= 0) return [0, 1];
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((f) => f * power).find((candidate) => candidate >= rough) ?? 1);
  const count = Math.ceil(max / step);
  return Array.from({ length: count + 1 }, (_, i) => i * step);
}

export function place(values: number[], top: number, width: number, height: number): Point[] {
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values.map((value, i) => ({
    x: round(values.length > 1 ? i * step : width / 2),
    y: round(height - (top > 0 ? (value / top) * height : 0)),
  }));
}

export function linePath(points: Point[]): string {
  return points.map((point, i) => `${i ? 'L' : 'M'}${point.x} ${point.y}`).join('');
}

export function areaPath(points: Point[], height: number): string {
  const [first, last] = [points[0], points.at(-1)];
  return first && last ? `${linePath(points)}L${last.x} ${height}L${first.x} ${height}Z` : '';
}

/** Which days get a label so that none overlap; the last one always does. */
export function labelled(count: number, width: number, labelWidth = 56): number[] {
  if (count === 0) return [];
  const every = Math.max(1, Math.ceil((count * labelWidth) / Math.max(width, 1)));
  const indexes: number[] = [];
  for (let i = count - 1; i >= 0; i -= every) indexes.unshift(i);
  return indexes;
}

export function nearest(points: Point[], x: number): number {
  return points.reduce(
    (best, point, i) => (Math.abs(point.x - x) < Math.abs((points[best]?.x ?? 0) - x) ? i : best),
    0,
  );
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
