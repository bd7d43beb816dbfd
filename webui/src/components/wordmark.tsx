// The name of the tool and its leaf.

export function Wordmark({ version }: { version?: string }) {
  return (
    <span class="wordmark" title={version && `Katydid ${version}`}>
      <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
        <path class="leaf" d="M3 20C6 9 16 5 29 7c-2 10-11 16-26 13z" />
        <path class="vein" d="M4 20c8-1 15-4 22-11" />
        <path class="legs" d="M11 21l4 7M18 19l6 8" />
      </svg>
      Katydid
    </span>
  );
}
