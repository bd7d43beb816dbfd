// A drawing with two axes, as SVG: its colours are those of the style sheets, so that it needs no redrawing in another
// theme, and is sharp on paper.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Tick {
  /** 0 to 1 along its axis, from the left or from below. */
  at: number;
  text: string;
}

interface FrameProps {
  label: string;
  height: number;
  across: Tick[];
  up: Tick[];
  onMove?: (across: number | null) => void;
  children: (area: Area) => ComponentChildren;
}

export interface Area {
  x: (across: number) => number;
  y: (up: number) => number;
  width: number;
  height: number;
}

const LEFT = 52;
const BELOW = 24;
const RIGHT = 10;
const ABOVE = 8;

export function Frame({ label, height, across, up, onMove, children }: FrameProps) {
  const [place, width] = useWidth();
  const inner = { width: Math.max(80, width - LEFT - RIGHT), height: height - ABOVE - BELOW };
  const area: Area = {
    x: (at) => LEFT + at * inner.width,
    y: (at) => ABOVE + (1 - at) * inner.height,
    ...inner,
  };
  const move = (event: PointerEvent) => {
    const at = (event.clientX - place.current!.getBoundingClientRect().left - LEFT) / inner.width;
    onMove?.(at >= 0 && at <= 1 ? at : null);
  };
  return (
    <div class="frame" ref={place} style={{ height: `${height}px` }}>
      <svg
        role="img"
        aria-label={label}
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        onPointerMove={onMove && move}
        onPointerLeave={() => onMove?.(null)}
      >
        {up.map(({ at, text }) => (
          <g key={at}>
            <line class="frame-grid" x1={LEFT} x2={LEFT + inner.width} y1={area.y(at)} y2={area.y(at)} />
            <text class="frame-text" x={LEFT - 6} y={area.y(at)} dy="0.35em" text-anchor="end">
              {text}
            </text>
          </g>
        ))}
        {across.map(({ at, text }) => (
          <g key={at}>
            <line class="frame-grid" x1={area.x(at)} x2={area.x(at)} y1={ABOVE} y2={ABOVE + inner.height} />
            <text class="frame-text" x={area.x(at)} y={height - 7} text-anchor="middle">
              {text}
            </text>
          </g>
        ))}
        {children(area)}
      </svg>
    </div>
  );
}

function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(480);
  useLayoutEffect(() => {
    const look = () => setWidth(Math.max(200, place.current!.clientWidth));
    look();
    const observer = new ResizeObserver(look);
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}
