export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const [high = Number.NaN, low = high] = [
    sorted[middle],
    sorted[sorted.length % 2 === 1 ? middle : middle - 1],
  ]
  return (low + high) / 2
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
