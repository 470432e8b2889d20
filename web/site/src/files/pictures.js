/**
 * Pictures that only the token opens, as blob URLs: one for each as long as something shows it. A URL that nobody gives
 * back would hold its bytes as long as the page lives.
 */
export class Pictures {
  #shown = new Map();

  /** `load(id)` returns the bytes. */
  constructor(load) {
    this.load = load;
  }

  take(id) {
    let one = this.#shown.get(id);
    if (!one) this.#shown.set(id, (one = { users: 0, url: this.load(id).then((bytes) => URL.createObjectURL(bytes)) }));
    one.users++;
    return one.url;
  }

  give(id) {
    const one = this.#shown.get(id);
    if (!one || --one.users > 0) return;
    this.#shown.delete(id);
    one.url.then(
      (url) => URL.revokeObjectURL(url),
      () => {},
    );
  }
}

/** Calls `act` once the element is nearly in sight. Returns what ends that. */
export function whenNear(element, act) {
  const watch = new IntersectionObserver(
    (seen) => {
      if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
      watch.disconnect();
      act();
    },
    { rootMargin: "400px" },
  );
  watch.observe(element);
  return () => watch.disconnect();
}
