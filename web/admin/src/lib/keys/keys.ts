/** Keyboard shortcuts: pages bind layers, the newest layer wins, and nothing fires while somebody types. */
type Act = (event: KeyboardEvent) => void;
export type Keys = Record<string, Act>;

const layers: Keys[] = [];
export const modKey = /mac|iphone|ipad/i.test(navigator.userAgent) ? '⌘' : 'Ctrl';
let prefix = '';
let timer: ReturnType<typeof setTimeout> | undefined;
const SETTING = 'tekvwarho:keys';

/**
 * For `$effect(() => bind({...}))`: names are "j", "Enter", "?", "g d", "mod+k". The shell binds as the base: its
 * effects run after those of the page inside it, and must not take precedence for that.
 */
export function bind(keys: Keys, base = false): () => void {
  if (base) layers.unshift(keys);
  else layers.push(keys);
  return () => void layers.splice(layers.indexOf(keys), 1);
}

export function singleKeysOn(): boolean {
  return localStorage.getItem(SETTING) !== 'off';
}

export function setSingleKeys(on: boolean): void {
  localStorage.setItem(SETTING, on ? 'on' : 'off');
}

export function listenForKeys(): () => void {
  window.addEventListener('keydown', dispatch);
  return () => window.removeEventListener('keydown', dispatch);
}

export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches('textarea, select')) return true;
  return target.matches('input') && !target.matches('[type=checkbox], [type=radio]');
}

function dispatch(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const mod = event.ctrlKey || event.metaKey;
  if (mod) {
    run(`mod+${event.key.toLowerCase()}`, event);
    return;
  }
  if (typing(event.target) || document.querySelector('dialog[open]')) return;
  if (!singleKeysOn() && event.key.length === 1) return;
  // Enter and space belong to the focused control.
  if (
    (event.key === 'Enter' || event.key === ' ') &&
    (event.target as HTMLElement).closest('a, button, input, [role^=menuitem]')
  )
    return;
  if (prefix) {
    const name = `${prefix} ${event.key}`;
    forget();
    run(name, event);
    return;
  }
  if (run(event.key, event)) return;
  if (layers.some((layer) => Object.keys(layer).some((name) => name.startsWith(`${event.key} `)))) {
    prefix = event.key;
    timer = setTimeout(forget, 1_200);
  }
}

function run(name: string, event: KeyboardEvent): boolean {
  const layer = layers.findLast((keys) => name in keys);
  const act = layer?.[name];
  if (!act) return false;
  event.preventDefault();
  act(event);
  return true;
}

function forget(): void {
  prefix = '';
  clearTimeout(timer);
}
