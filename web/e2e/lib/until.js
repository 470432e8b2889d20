/** Polls until the result is truthy. The only place in these tests that waits. */
export async function until(what, ask, timeout = 15_000) {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${timeout / 1000} s in vain until ${what}`);
    await new Promise((again) => setTimeout(again, 50));
  }
}
