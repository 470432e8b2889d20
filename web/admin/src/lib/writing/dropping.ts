/** Files that are dropped on a conversation, or pasted into it, go to what writes there. */
export interface Taker {
  drag: (event: DragEvent) => void;
  paste: (event: ClipboardEvent) => void;
}

/** The listeners of the element that holds the conversation. */
export function dropping(taker: () => Taker | undefined) {
  const drag = (event: DragEvent) => taker()?.drag(event);
  return {
    ondragenter: drag,
    ondragover: drag,
    ondragleave: (event: DragEvent & { currentTarget: EventTarget & Element }) => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) drag(event);
    },
    ondrop: drag,
    onpaste: (event: ClipboardEvent) => taker()?.paste(event),
  };
}
