// What can be taken away from a run.

interface DownloadsPanelProps {
  hasFullHistory: boolean;
  extended: { href: string; title: string }[];
}

interface Download {
  href: string;
  title: string;
  text: string;
}

const REPORT = "stats/report";

const ALWAYS: Download[] = [
  { href: `${REPORT}?download=1`, title: "Report", text: "HTML, one file that needs no network" },
  { href: "live/run?download=1", title: "Record of the run", text: "JSON with all timelines, for katydid report" },
  { href: "stats/requests/csv", title: "Requests", text: "CSV, one row per endpoint" },
  { href: "stats/failures/csv", title: "Failures", text: "CSV" },
  { href: "exceptions/csv", title: "Exceptions", text: "CSV" },
];
const FULL_HISTORY: Download = {
  href: "stats/requests_full_history/csv",
  title: "Full history",
  text: "CSV, every endpoint over time",
};

export function DownloadsPanel({ hasFullHistory, extended }: DownloadsPanelProps) {
  const more = extended.map(({ href, title }) => ({ href, title, text: "CSV" }));
  return (
    <ul class="downloads">
      {[...ALWAYS, ...(hasFullHistory ? [FULL_HISTORY] : []), ...more].map(({ href, title, text }) => (
        <li key={href} class="card">
          <a href={href} download>
            {title}
          </a>
          <span class="quiet">{text}</span>
          {href.startsWith(REPORT) && (
            <a href={REPORT} target="_blank" rel="noopener">
              Open in a new tab
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}
