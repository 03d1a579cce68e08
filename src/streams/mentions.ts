import type { Exploded, Params, Stream } from './stream.ts'

/**
 * How the rows of a table name records of another stream: what becomes of them when such a record is erased. A name
 * that is a number stays, what says more than that goes.
 */
export type Mention = {
  /** The stream whose records are named. */
  readonly of: string
  /** The columns that hold their keys; `data.person_id` is a member, however deep, of a jsonb column. */
  readonly by: readonly string[]
  /** Only rows that have these values. */
  readonly where?: Params
} & (
  | { readonly goes: 'row' }
  /** The row is a record of its own and stays, without what these columns copy; `under`: the object they come from. */
  | { readonly goes: 'copies'; readonly copies: readonly string[]; readonly under?: string }
  /** `by` are lists of objects, or objects of such lists: those objects go whose `member` is the key. */
  | { readonly goes: 'elements'; readonly member: string }
)

/** Rows that are about the record alone, and go with it. */
export function goesWith(of: string, ...by: readonly string[]): Mention {
  return { of, by, goes: 'row' }
}

/** Rows that stay when the record goes, but for what they copy of it. */
export function refersTo(
  of: string,
  by: string,
  copies: readonly string[] = [],
  more: { readonly under?: string } = {},
): Mention {
  return { of, by: [by], goes: 'copies', copies, ...more }
}

function asRecord({ name, key, erasable }: Stream): readonly Mention[] {
  return erasable === undefined ? [] : [goesWith(name, ...key)]
}

/** A child of several parents goes with any of them. */
function asChild({ partitions }: Stream): readonly Mention[] {
  return partitions.flatMap(({ parents, adds }) =>
    parents?.of.erasable === undefined
      ? []
      : [
          {
            ...goesWith(parents.of.name, ...parents.columns),
            ...(adds === undefined ? {} : { where: adds }),
          },
        ],
  )
}

/** Records that the rows of a stream's own table name, themselves included. */
export function mentionsIn(stream: Stream): readonly Mention[] {
  return [...asRecord(stream), ...asChild(stream), ...(stream.mentions ?? [])]
}

/** Records that the rows of an exploded table name, the one that they come from included. */
export function mentionsInExploded(
  { name, erasable }: Stream,
  { parent, mentions = [] }: Exploded,
): readonly Mention[] {
  return erasable === undefined ? mentions : [goesWith(name, parent), ...mentions]
}
