// Where a logarithmic axis of response times is labelled.

/** 1, 2, 5, 10, 20 ... milliseconds within the range, thinned out until there are not too many. */
export function logSplits(low: number, high: number, most: number): number[] {
  for (const steps of [[1, 2, 5], [1, 3], [1]]) {
    const splits: number[] = [];
    for (let power = -3; power <= 7; power++) {
      for (const step of steps) {
        const split = Math.log2(step * 10 ** power * 1000);
        if (split >= low - 1e-9 && split <= high + 1e-9) splits.push(split);
      }
    }
    if (splits.length <= most || steps.length === 1) return splits;
  }
  return [];
}
