/** The firm's name for canned replies, until the profile carries it. Asked once, when first needed. */
import { api } from '../../api/client';

class Firm {
  name = $state<string | null>(null);
  #asked: Promise<void> | null = null;

  load(): Promise<void> {
    this.#asked ??= api.publicFirmName().then((name) => void (this.name = name));
    return this.#asked;
  }
}

export const firm = new Firm();
