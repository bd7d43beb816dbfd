// What happened during a run, as a list: the labels in charts are short and may be left out.
import { formatClock, formatTime } from "../format";
import type { Mark } from "../record";

export function MarksList({ marks, startedAt }: { marks: Mark[]; startedAt: number | null }) {
  if (marks.length === 0) return null;
  return (
    <details class="card marks">
      <summary>Events ({marks.length})</summary>
      <ol>
        {marks.map((mark) => (
          <li key={`${mark.at} ${mark.text}`}>
            <time>{formatTime(mark.at)}</time>
            <span class="quiet">{startedAt !== null && `+${formatClock(mark.at - startedAt)}`}</span>
            <span>{mark.text}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}
