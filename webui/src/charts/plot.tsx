// A uPlot in the page: made, resized, redrawn in other colours and taken away again.
import { useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { theme } from "../theme";

export interface PlotProps {
  /** Asked for anew whenever the structure or the theme changes. */
  options: () => Omit<uPlot.Options, "width" | "height">;
  data: uPlot.AlignedData;
  /** Names what cannot be changed in a plot that exists, as its series. */
  structure: string;
  /** Names what is drawn besides the data, as the span of time that is shown. */
  view?: string;
  height: number;
  label: string;
  onPlot?: (plot: uPlot | null) => void;
}

export function Plot({ options, data, structure, view, height, label, onPlot }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const drawn = useRef<unknown>(null);

  useLayoutEffect(() => {
    const element = place.current!;
    const width = Math.max(200, element.clientWidth);
    plot.current = new uPlot({ ...options(), width, height }, data, element);
    drawn.current = data;
    onPlot?.(plot.current);
    const observer = new ResizeObserver(() => {
      const width = Math.max(200, element.clientWidth);
      if (plot.current && plot.current.width !== width) plot.current.setSize({ width, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
      onPlot?.(null);
    };
  }, [structure, theme.value, height]);

  useLayoutEffect(() => {
    if (drawn.current === data && view === undefined) return;
    drawn.current = data;
    plot.current?.setData(data);
  }, [data, view]);

  // The place keeps its height, so that nothing below moves while a plot is made anew.
  return <div class={`plot plot-${height}`} ref={place} role="img" aria-label={label} />;
}
