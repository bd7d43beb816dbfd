// How many users, and how fast they come.
import { useId } from "preact/hooks";

interface LoadFieldsProps {
  users: number;
  spawnRate: number;
  disabled?: boolean;
  note?: string;
}

export function LoadFields({ users, spawnRate, disabled, note }: LoadFieldsProps) {
  const id = useId();
  return (
    <div class="load-fields">
      <div class="field">
        <label for={`${id}-users`}>Number of users</label>
        <input
          id={`${id}-users`}
          name="user_count"
          type="number"
          min="0"
          step="1"
          required
          disabled={disabled}
          defaultValue={String(users)}
        />
        <p class="help">at the peak of the load</p>
      </div>
      <div class="field">
        <label for={`${id}-rate`}>Spawn rate</label>
        <input
          id={`${id}-rate`}
          name="spawn_rate"
          type="number"
          min="0.0001"
          step="any"
          required
          disabled={disabled}
          defaultValue={String(spawnRate)}
        />
        <p class="help">users started per second</p>
      </div>
      {note && <p class="help note">{note}</p>}
    </div>
  );
}
