import { test } from "node:test";

/**
 * Tests that build on each other: after the first failure the rest is skipped instead of timing out. A step that takes
 * longer than `timeout` fails.
 */
export function story() {
  let broken = null;
  return (name, act, { timeout = 60_000 } = {}) =>
    test(name, { timeout }, async (t) => {
      if (broken) return t.skip(`after “${broken}”`);
      // Set until the step ends, so that an aborted step counts as well.
      broken = name;
      await act(t);
      if (!t.signal.aborted) broken = null;
    });
}
