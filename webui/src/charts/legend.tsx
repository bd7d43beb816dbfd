// The series of a chart with their values where the pointer is. A click shows one alone, a second click all again.

export interface LegendItem {
  label: string;
  colour: string;
  text: string;
  shown: boolean;
  dashed?: boolean;
}

interface LegendProps {
  items: LegendItem[];
  onPick: (index: number) => void;
}

export function Legend({ items, onPick }: LegendProps) {
  return (
    <div class="legend">
      {items.map((item, index) => (
        <button
          key={item.label}
          type="button"
          class="legend-item"
          aria-pressed={item.shown}
          title="Show this alone, or all again"
          onClick={() => onPick(index)}
        >
          <svg class={`swatch stroke-${item.colour}`} width="16" height="8" aria-hidden="true">
            <line x1="0" y1="4" x2="16" y2="4" stroke-width="3" stroke-dasharray={item.dashed ? "4 2" : undefined} />
          </svg>
          <span>{item.label}</span>
          <span class="legend-value">{item.text}</span>
        </button>
      ))}
    </div>
  );
}
