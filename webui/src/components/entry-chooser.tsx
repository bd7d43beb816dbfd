// Chooses an endpoint, or the whole run, by typing part of its name.
import { useId, useRef, useState } from "preact/hooks";
import type { Entry } from "../record";

type Named = Pick<Entry, "id" | "method" | "name">;

interface EntryChooserProps {
  entries: Named[];
  chosen: number | null;
  onChoose: (id: number | null) => void;
  /** Whether the whole run can be chosen, too. */
  hasWhole?: boolean;
}

interface Choice {
  id: number | null;
  text: string;
}

const WHOLE_RUN: Choice = { id: null, text: "Whole run" };
const MOST_SHOWN = 100;

export function EntryChooser({ entries, chosen, onChoose, hasWhole = true }: EntryChooserProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const isOpen = typed !== null;
  const chosenEntry = entries.find(({ id }) => id === chosen);
  const current = chosenEntry ? choiceOf(chosenEntry) : WHOLE_RUN;
  // The entries change every second; their names are only wanted while one looks for one.
  const choices = () => [...(hasWhole ? [WHOLE_RUN] : []), ...entries.map(choiceOf)];
  const matches = isOpen ? choices().filter((choice) => holds(choice, typed)) : [];
  const shown = matches.slice(0, MOST_SHOWN);

  const open = () => {
    setTyped("");
    setActive(0);
  };
  const choose = (choice: Choice | undefined) => {
    if (choice) onChoose(choice.id);
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") setTyped(null);
    else if (event.key === "Enter") isOpen ? choose(shown[active]) : open();
    else if (event.key === "ArrowDown") isOpen ? setActive(Math.min(active + 1, shown.length - 1)) : open();
    else if (event.key === "ArrowUp") setActive(Math.max(active - 1, 0));
    else return;
    event.preventDefault();
  };

  return (
    <div class="combobox">
      <label for={`${list}-input`}>Endpoint</label>
      <input
        id={`${list}-input`}
        ref={input}
        type="text"
        role="combobox"
        autocomplete="off"
        aria-expanded={isOpen}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && shown.length > 0 ? `${list}-${active}` : undefined}
        value={typed ?? current.text}
        placeholder={current.text}
        onClick={() => isOpen || open()}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
        }}
        onBlur={() => setTyped(null)}
        onKeyDown={onKeyDown}
      />
      <ul id={list} role="listbox" aria-label="Endpoints" hidden={!isOpen}>
        {isOpen &&
          shown.map((choice, i) => (
            <li
              key={String(choice.id)}
              id={`${list}-${i}`}
              role="option"
              aria-selected={choice.id === chosen}
              class={i === active ? "active" : ""}
              // Before the field loses the focus, which would close the list.
              onMouseDown={(event) => {
                event.preventDefault();
                choose(choice);
              }}
            >
              {choice.text}
            </li>
          ))}
        {isOpen && matches.length > MOST_SHOWN && <li class="quiet">… type more of the name to see the rest</li>}
        {isOpen && matches.length === 0 && <li class="quiet">No endpoint has such a name.</li>}
      </ul>
    </div>
  );
}

function holds({ text }: Choice, typed: string): boolean {
  return text.toLowerCase().includes(typed.toLowerCase());
}

function choiceOf({ id, method, name }: Named): Choice {
  return { id, text: method ? `${method} ${name}` : name };
}
