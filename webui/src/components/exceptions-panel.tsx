// Exceptions of tasks, each with its traceback to unfold.
import { exceptionTitle } from "../exception-title";
import { formatCount } from "../format";
import type { TaskException } from "../record";
import { LeftOut } from "./failures-panel";

interface ExceptionsPanelProps {
  exceptions: TaskException[];
  leftOut: number;
}

export function ExceptionsPanel({ exceptions, leftOut }: ExceptionsPanelProps) {
  if (exceptions.length === 0) return <p class="empty">No task has raised an exception.</p>;
  return (
    <>
      <ul class="exceptions">
        {exceptions.map((exception) => (
          <li key={exception.traceback + exception.message} class="card">
            <details>
              <summary>
                <span class="count">{formatCount(exception.count)}×</span>
                <span class="exception-message">{exceptionTitle(exception)}</span>
                {exception.nodes.length > 0 && <span class="quiet">{exception.nodes.join(", ")}</span>}
              </summary>
              <pre tabIndex={0}>{exception.traceback}</pre>
            </details>
          </li>
        ))}
      </ul>
      <LeftOut count={leftOut} what="exceptions" />
    </>
  );
}
