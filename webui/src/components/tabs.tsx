// A row of tabs. Arrow keys go along it, as the pattern for tabs asks.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

export interface TabItem {
  key: string;
  title: string;
  /** Something new is there. */
  isNew?: boolean;
}

interface TabsProps {
  items: TabItem[];
  open: string;
  onOpen: (key: string) => void;
  children: ComponentChildren;
}

export function Tabs({ items, open, onOpen, children }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const go = (index: number) => {
    const next = items[(index + items.length) % items.length]!;
    onOpen(next.key);
    list.current?.querySelector<HTMLButtonElement>(`#tab-${CSS.escape(next.key)}`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = items.findIndex(({ key }) => key === open);
    const target = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    go(target);
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Views of the run" ref={list} onKeyDown={onKeyDown}>
        {items.map(({ key, title, isNew }) => (
          <button
            key={key}
            id={`tab-${key}`}
            type="button"
            role="tab"
            aria-selected={key === open}
            aria-controls="tab-panel"
            tabIndex={key === open ? 0 : -1}
            onClick={() => onOpen(key)}
          >
            {title}
            {isNew && <span class="dot" role="img" aria-label="has something new" />}
          </button>
        ))}
      </div>
      <div id="tab-panel" class="tab-panel" role="tabpanel" aria-labelledby={`tab-${open}`}>
        <h2 class="hidden">{items.find(({ key }) => key === open)?.title}</h2>
        {children}
      </div>
    </>
  );
}
