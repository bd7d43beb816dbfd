// The buttons of the header: what the state of the run allows.
import { useState } from "preact/hooks";
import { postReset, postStop } from "../api";
import type { Run } from "../record";

interface RunActionsProps {
  run: Run;
  canEdit: boolean;
  onEdit: () => void;
  onNew: () => void;
  /** The start form is open. */
  isStarting: boolean;
}

export function RunActions({ run, canEdit, onEdit, onNew, isStarting }: RunActionsProps) {
  const [error, setError] = useState<string | null>(null);
  const [isStopping, setStopping] = useState(false);
  const isActive = run.state === "spawning" || run.state === "running";
  const attempt = async (action: () => Promise<void>) => {
    setError(null);
    await action().catch((failure: Error) => setError(failure.message));
  };
  const stop = async () => {
    setStopping(true);
    await attempt(postStop);
    setStopping(false);
  };
  return (
    <>
      {error && (
        <span class="error" role="alert">
          {error}
        </span>
      )}
      {run.state === "stopped" && !isStarting && (
        <button type="button" class="button primary" onClick={onNew}>
          New test
        </button>
      )}
      {isActive && (
        <button
          type="button"
          class="button"
          disabled={!canEdit}
          title={canEdit ? undefined : `The load shape ${run.shape} decides how many users there are`}
          onClick={onEdit}
        >
          Edit
        </button>
      )}
      {!isStarting && run.state !== "ready" && (
        <button type="button" class="button" title="Set all statistics to zero" onClick={() => void attempt(postReset)}>
          Reset
        </button>
      )}
      {isActive && (
        <button type="button" class="button danger" disabled={isStopping} onClick={() => void stop()}>
          {isStopping ? "Stopping …" : "Stop"}
        </button>
      )}
    </>
  );
}
