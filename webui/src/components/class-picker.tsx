// Chooses which user classes run, and opens the settings of one.
import { useState } from "preact/hooks";
import type { TemplateArgs } from "../template";
import { ClassSettings } from "./class-settings";

type Users = NonNullable<TemplateArgs["users"]>;

interface ClassPickerProps {
  classes: string[];
  users: Users;
  tasks: Record<string, string[]>;
  shapes: string[];
  shape: string;
  onShape: (shape: string) => void;
}

export function ClassPicker({ classes, users: before, tasks, shapes, shape, onShape }: ClassPickerProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(classes));
  const [users, setUsers] = useState(before);
  const [opened, setOpened] = useState<string | null>(null);
  const toggle = (name: string) => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    setChosen(next);
  };
  return (
    <fieldset class="fields">
      <legend>User classes</legend>
      <div class="table-plain">
        <table class="small picker">
          <caption class="hidden">User classes to run</caption>
          <thead>
            <tr>
              <th scope="col">
                <input
                  type="checkbox"
                  aria-label="All user classes"
                  checked={chosen.size === classes.length}
                  ref={(box) => {
                    if (box) box.indeterminate = chosen.size > 0 && chosen.size < classes.length;
                  }}
                  onChange={() => setChosen(new Set(chosen.size === classes.length ? [] : classes))}
                />
              </th>
              <th scope="col">Class</th>
              <th scope="col">Weight</th>
              <th scope="col">Fixed count</th>
              <th scope="col">
                <span class="hidden">Settings</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {classes.map((name) => (
              <tr key={name}>
                <td>
                  <input
                    type="checkbox"
                    name="user_classes"
                    value={name}
                    aria-label={`Run ${name}`}
                    checked={chosen.has(name)}
                    onChange={() => toggle(name)}
                  />
                </td>
                <th scope="row">{name}</th>
                <td>{shownAttribute(users[name]?.weight)}</td>
                <td>{shownAttribute(users[name]?.fixed_count)}</td>
                <td>
                  <button type="button" class="button small-button" onClick={() => setOpened(name)}>
                    Settings<span class="hidden"> of {name}</span>
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {chosen.size === 0 && <p class="warning">Choose at least one class; without one the server runs all of them.</p>}
      {shapes.length > 1 && (
        <div class="field">
          <label for="shape-class">Load shape</label>
          <select
            id="shape-class"
            name="shape_class"
            value={shape}
            onChange={(event) => onShape(event.currentTarget.value)}
          >
            {shapes.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </div>
      )}
      {opened !== null && (
        <ClassSettings
          name={opened}
          attributes={users[opened] ?? {}}
          availableTasks={[...new Set(tasks[opened] ?? [])]}
          onClose={() => setOpened(null)}
          onSaved={(attributes) => setUsers({ ...users, [opened]: { ...users[opened], ...attributes } })}
        />
      )}
    </fieldset>
  );
}

function shownAttribute(value: unknown): string {
  return value === null || value === undefined ? "–" : String(value);
}
