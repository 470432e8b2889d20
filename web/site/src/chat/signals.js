/** What tells of a reply when nobody looks at the chat: a sound, a notification, the title of the page. */
import { text } from "./strings.js";

const KEY = "chat-signals";

export function signals(local) {
  const title = document.title;
  let audio = null;

  const chosen = () => local.get(KEY) ?? {};
  const choose = (values) => local.set(KEY, { ...chosen(), ...values });
  const canNotify = () => "Notification" in globalThis;

  /** Two soft notes. Browsers allow it once the visitor has clicked somewhere. */
  function ring() {
    try {
      audio ??= new AudioContext();
      const start = audio.currentTime;
      [660, 880].forEach((pitch, i) => {
        const tone = new OscillatorNode(audio, { frequency: pitch });
        const loudness = new GainNode(audio, { gain: 0 });
        loudness.gain.setTargetAtTime(0.12, start + i * 0.12, 0.01);
        loudness.gain.setTargetAtTime(0, start + i * 0.12 + 0.08, 0.05);
        tone.connect(loudness).connect(audio.destination);
        tone.start(start + i * 0.12);
        tone.stop(start + i * 0.12 + 0.5);
      });
    } catch {
      // no sound on this device
    }
  }

  /** Several tabs may say the same: the tag makes it one notification. */
  function notify({ staffName, content, files, sessionId, seq }, open) {
    try {
      const made = new Notification(staffName || text.somebody, { body: (content || files?.[0]?.name || "").slice(0, 140), tag: `${sessionId} ${seq}` });
      made.onclick = () => (window.focus(), made.close(), open());
    } catch {
      // phones allow notifications to service workers only
    }
  }

  return {
    get sound() {
      return chosen().sound !== false;
    },
    get notifies() {
      return canNotify() && Notification.permission === "granted" && chosen().notify === true;
    },
    canNotify,
    setSound: (sound) => choose({ sound }),
    /** What to say about it. */
    async setNotify(on) {
      if (on && (await Notification.requestPermission()) !== "granted") return text.notifyBlocked;
      choose({ notify: on });
      return on ? text.notifyDone : "";
    },
    arrived(line, { sounds, open }) {
      if (sounds && this.sound) ring();
      if (document.hidden && this.notifies) notify(line, open);
    },
    count(unread) {
      document.title = unread ? `(${unread}) ${title}` : title;
    },
  };
}
