/** The tags that can be chosen: those of the chats that this page knows. */
import { desk } from './desk.svelte';
import { list } from './list.svelte';

export function tagsInUse(...more: string[]): string[] {
  const known = [...Object.values(desk.sessions.all), ...list.items].flatMap(({ tags }) => tags);
  return [...new Set([...known, ...more.filter(Boolean)])].sort((a, b) => a.localeCompare(b));
}
