/** Which of the things that happened a visitor needs to know: who helps, and not how the firm came to decide it. */
const HELPS = new Set(["claimed", "given", "transferred"]);

/** Of several who took the chat before anybody wrote, the last; and nobody twice in a row. */
export function worthSaying(lines) {
  const said = [];
  for (const line of lines) {
    if (line.event === "requeued") continue;
    if (HELPS.has(line.event)) {
      if (HELPS.has(said.at(-1)?.event)) said.pop();
      const before = said.findLast(({ event }) => event);
      if (HELPS.has(before?.event) && before.staffName === line.staffName) continue;
    }
    said.push(line);
  }
  return said;
}
