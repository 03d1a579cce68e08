/** Fewer are passed as fast one by one. */
export const SHORTEST_RUN = 16

/** Members that came one behind the other, each with null. */
export interface NullRun<Key> {
  /** As they stood in JSON text, from the first key to the last null. */
  readonly text: Uint8Array
  /** Where the places of their values are kept. */
  readonly slots: readonly number[]
  readonly last: Key
}

/** The run of these keys; null where there are none. */
export function nullRun<Key extends { readonly slot: number }>(
  keys: readonly Key[],
  text: Uint8Array,
): NullRun<Key> | null {
  const last = keys.at(-1)
  return last === undefined ? null : { text: Buffer.from(text), slots: keys.map(({ slot }) => slot), last }
}
