import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Probe } from './probe';

let watched: boolean;
const [ping, dead] = [vi.fn(), vi.fn()];
let probe: Probe;
const pass = (seconds: number) => vi.advanceTimersByTime(seconds * 1000);

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetAllMocks();
  watched = true;
  probe = new Probe(ping, dead, () => watched);
  probe.heard();
});
afterEach(() => vi.useRealTimers());

it('asks after 25 seconds, and counts anything as an answer', () => {
  pass(24);
  expect(ping).not.toHaveBeenCalled();
  pass(1);
  expect(ping).toHaveBeenCalledTimes(1);
  pass(9);
  probe.heard();
  pass(24);
  expect([ping.mock.calls.length, dead.mock.calls.length]).toEqual([1, 0]);
});

it('asks every 25 seconds, whatever is heard: the server knows by it that somebody looks', () => {
  for (let i = 0; i < 40; i++) {
    pass(5);
    probe.heard();
  }
  expect([ping.mock.calls.length, dead.mock.calls.length]).toEqual([8, 0]);
});

it('asks again once somebody looks and something is heard', () => {
  watched = false;
  pass(600);
  watched = true;
  probe.heard();
  pass(25);
  expect(ping).toHaveBeenCalledTimes(1);
});

it('takes the socket for dead 10 seconds after an unanswered question, once', () => {
  pass(34.9);
  expect(dead).not.toHaveBeenCalled();
  pass(0.1);
  expect(dead).toHaveBeenCalledTimes(1);
  pass(100);
  expect([ping.mock.calls.length, dead.mock.calls.length]).toEqual([1, 1]);
});

it('asks nothing while nobody looks, and at once when the page wakes', () => {
  watched = false;
  pass(600);
  expect(ping).not.toHaveBeenCalled();
  watched = true;
  probe.ask();
  expect(ping).toHaveBeenCalledTimes(1);
  pass(10);
  expect(dead).toHaveBeenCalledTimes(1);
});

it('asks once, however often the page wakes, and the first question counts', () => {
  probe.ask();
  pass(6);
  probe.ask();
  pass(4);
  expect([ping.mock.calls.length, dead.mock.calls.length]).toEqual([1, 1]);
});

it('rests without a socket', () => {
  probe.ask();
  probe.rest();
  pass(600);
  expect([ping.mock.calls.length, dead.mock.calls.length]).toEqual([1, 0]);
});
