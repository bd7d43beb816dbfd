// Log lines of the master and of workers, to be filtered and followed.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { filterLines, LEVELS, withLevels, type Level } from "../logs";
import type { Logs } from "../record";

const MASTER = "";

export function LogsPanel({ logs }: { logs: Logs | null }) {
  const [source, setSource] = useState(MASTER);
  const [level, setLevel] = useState<Level>("DEBUG");
  const [search, setSearch] = useState("");
  const [follows, setFollows] = useState(true);
  const box = useRef<HTMLPreElement>(null);
  const workers = Object.keys(logs?.workers ?? {}).sort();
  const lines = source === MASTER ? logs?.master : logs?.workers[source];
  const shown = useMemo(() => filterLines(withLevels(lines ?? []), level, search), [lines, level, search]);

  useLayoutEffect(() => {
    if (follows && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [shown, follows]);

  /** Whoever scrolls up wants to read; at the end the newest is followed again. */
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    setFollows(scrollTop + clientHeight >= scrollHeight - 24);
  };

  return (
    <section aria-label="Logs">
      <div class="toolbar">
        {workers.length > 0 && (
          <label>
            Source{" "}
            <select value={source} onChange={(event) => setSource(event.currentTarget.value)}>
              <option value={MASTER}>master</option>
              {workers.map((worker) => (
                <option key={worker}>{worker}</option>
              ))}
            </select>
          </label>
        )}
        <label>
          From level{" "}
          <select value={level} onChange={(event) => setLevel(event.currentTarget.value as Level)}>
            {LEVELS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <input
          type="search"
          placeholder="Search the log"
          aria-label="Search the log"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <label class="check">
          <input type="checkbox" checked={follows} onChange={(event) => setFollows(event.currentTarget.checked)} />
          Follow
        </label>
        <span class="quiet" role="status">
          {shown.length} of {lines?.length ?? 0} lines
        </span>
      </div>
      <pre class="log" ref={box} tabIndex={0} onScroll={onScroll} aria-label="Log lines">
        {shown.length === 0 && <span class="quiet">{lines?.length ? "No line matches." : "Nothing was logged yet."}</span>}
        {shown.map((line, i) => (
          <span key={i} class={`log-${line.level.toLowerCase()}`}>
            {line.text}
            {"\n"}
          </span>
        ))}
      </pre>
    </section>
  );
}
