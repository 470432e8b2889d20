import { test } from "node:test";

/** Tests that build on each other: after the first failure the rest is skipped instead of waiting in vain. */
export function story() {
  let broken = null;
  return (name, act) =>
    test(name, async (t) => {
      if (broken) return t.skip(`after “${broken}”`);
      try {
        await act(t);
      } catch (error) {
        broken = name;
        throw error;
      }
    });
}
