// What is known of both sides beside each other, and where they differ.
import { useMemo, useState } from "preact/hooks";
import { factsOf, type Comparison } from "../comparison";

export function ComparedFacts({ head, bases }: Pick<Comparison, "head" | "bases">) {
  const [isShort, setShort] = useState(false);
  const facts = useMemo(() => factsOf(head, bases.map((base) => base.facts)), []);
  const differing = facts.filter(({ differs }) => differs).length;
  const shown = isShort ? facts.filter(({ differs }) => differs) : facts;
  return (
    <>
      {bases.length > 0 && (
        <div class="toolbar">
          <span class={differing > 0 ? "alarm" : "quiet"}>{differenceText(differing)}</span>
          {differing > 0 && (
            <label class="check">
              <input type="checkbox" checked={isShort} onChange={(event) => setShort(event.currentTarget.checked)} />
              Only these
            </label>
          )}
        </div>
      )}
      <div class="table-plain card facts" tabIndex={0} role="region" aria-label="Facts of both sides">
        <table>
          <caption class="hidden">Facts of both sides</caption>
          <thead>
            <tr>
              <th scope="col">Fact</th>
              <th scope="col">this run</th>
              {bases.map(({ name }, i) => (
                <th key={i} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ title, values, differs }) => (
              <tr key={title} class={differs ? "differs" : ""}>
                <th scope="row">
                  {title}
                  {differs && (
                    <span class="differs-sign" title="differs">
                      {" "}
                      ≠<span class="hidden"> differs</span>
                    </span>
                  )}
                </th>
                {values.map((value, i) => (
                  <td key={i}>{value || "–"}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function differenceText(differing: number): string {
  if (differing === 0) return "All sides were measured alike.";
  return `${differing} ${differing === 1 ? "fact differs" : "facts differ"} that may explain a difference.`;
}
