// The verdict in a word, why, and how many findings of each kind there are.
import {
  countStandings,
  standingOf,
  standingsOf,
  STANDINGS,
  STANDING_WORDS,
  VERDICT_WORDS,
  type Finding,
  type FindingCounts,
  type Verdict,
} from "../comparison";
import { formatCount } from "../format";

const TONES: Record<Verdict, string> = {
  pass: "good",
  budget_broken: "bad",
  regression: "bad",
  inconclusive: "unsure",
  invalid: "bad",
};

const MEANINGS: Record<Verdict, string> = {
  pass: "All that was asked holds.",
  budget_broken: "A limit is broken.",
  regression: "It got worse than what it was held against.",
  inconclusive: "It cannot be told from what was measured: measure longer, or with less noise.",
  invalid: "The measurement cannot be trusted, whatever it says.",
};

const MOST_REASONS = 5;

interface Judged {
  verdict: Verdict;
  findings: Finding[];
  exit_code?: number;
  /** Where not all findings are there. */
  counts?: FindingCounts;
}

export function VerdictCard({ judged }: { judged: Judged }) {
  const { verdict, exit_code, findings } = judged;
  const there = countStandings(findings);
  const counts = judged.counts ? standingsOf(judged.counts, there.better) : there;
  const deciding = findings.filter((finding) => decides(finding, verdict));
  return (
    <div class={`verdict card verdict-${TONES[verdict]}`}>
      <div class="verdict-head">
        <p class="verdict-word">{VERDICT_WORDS[verdict]}</p>
        <p class="quiet">
          {MEANINGS[verdict]}
          {exit_code !== undefined && ` Exit code ${exit_code}.`}
        </p>
      </div>
      <dl class="verdict-counts">
        {STANDINGS.filter((standing) => counts[standing] > 0).map((standing) => (
          <div key={standing}>
            <dt>
              <span class={`mark mark-${standing}`} aria-hidden="true" /> {STANDING_WORDS[standing]}
            </dt>
            <dd>{formatCount(counts[standing])}</dd>
          </div>
        ))}
      </dl>
      {deciding.length > 0 && (
        <ul class="reasons">
          {deciding.slice(0, MOST_REASONS).map((finding, i) => (
            <li key={i}>
              <b>
                <bdi>{finding.subject}</bdi> {finding.metric}
              </b>
              : <bdi>{finding.reason}</bdi>
            </li>
          ))}
          {deciding.length > MOST_REASONS && (
            <li class="quiet">and {formatCount(deciding.length - MOST_REASONS)} more, in the table below</li>
          )}
        </ul>
      )}
    </div>
  );
}

/** As the tool decides: the gravest kind of what does not hold. */
function decides(finding: Finding, verdict: Verdict): boolean {
  const standing = standingOf(finding);
  if (finding.advisory) return false;
  if (standing === "unsure") return verdict === "inconclusive";
  if (standing !== "fail") return false;
  if (finding.kind === "validity") return verdict === "invalid";
  return verdict === (finding.kind === "budget" ? "budget_broken" : "regression");
}
