// The attributes of a user class: its weight, its host, which of its tasks are run, and whatever else it tells.
import { useId, useState } from "preact/hooks";
import { postUser } from "../api";
import { attributeText, attributeValue, labelOf } from "../form-fields";
import { Dialog } from "./dialog";

type Attributes = Record<string, unknown>;

interface ClassSettingsProps {
  name: string;
  attributes: Attributes;
  availableTasks: string[];
  onSaved: (changed: Attributes) => void;
  onClose: () => void;
}

/** Those that every class has come first. */
const FIRST = ["weight", "fixed_count", "host"];

export function ClassSettings({ name, attributes, availableTasks, onSaved, onClose }: ClassSettingsProps) {
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [tasks, setTasks] = useState(() => tasksOf(attributes, availableTasks));
  const [error, setError] = useState<string | null>(null);
  const others = Object.keys(attributes).filter((key) => key !== "tasks" && !FIRST.includes(key));
  const id = useId();

  const save = async () => {
    const changed: Attributes = {};
    for (const [key, text] of Object.entries(texts)) changed[key] = attributeValue(text, attributes[key]);
    if (availableTasks.length > 0) changed.tasks = tasks;
    try {
      await postUser({ user_class_name: name, ...changed });
      onSaved(changed);
      onClose();
    } catch (failure) {
      setError((failure as Error).message);
    }
  };

  // The dialog stands inside the form that starts a test, which Enter would send.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    void save();
  };

  return (
    <Dialog title={`Settings of ${name}`} onClose={onClose}>
      <div class="fields" onKeyDown={onKeyDown}>
        {[...FIRST, ...others].map((key) => (
          <div class="field" key={key}>
            <label for={`${id}-${key}`}>{labelOf(key)}</label>
            <input
              id={`${id}-${key}`}
              type="text"
              value={texts[key] ?? attributeText(attributes[key])}
              onInput={(event) => setTexts({ ...texts, [key]: event.currentTarget.value })}
            />
          </div>
        ))}
        {availableTasks.length > 0 && (
          <fieldset class="choices">
            <legend>Tasks</legend>
            {availableTasks.map((task) => (
              <label key={task} class="check">
                <input
                  type="checkbox"
                  checked={tasks.includes(task)}
                  onChange={() => setTasks(toggled(tasks, task, availableTasks))}
                />
                {task}
              </label>
            ))}
          </fieldset>
        )}
      </div>
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <div class="form-actions">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="button primary" onClick={() => void save()}>
          Save
        </button>
      </div>
    </Dialog>
  );
}

function tasksOf(attributes: Attributes, available: string[]): string[] {
  if (!Array.isArray(attributes.tasks)) return available;
  const names = attributes.tasks.map(String);
  return available.filter((task) => names.includes(task));
}

/** Keeps the order in which the class lists its tasks. */
function toggled(tasks: string[], task: string, available: string[]): string[] {
  return available.filter((one) => (one === task) !== tasks.includes(one));
}
