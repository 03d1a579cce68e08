import { readStreams } from '../src/config.ts'
import { configError } from '../src/errors.ts'
import { readApi, readNames } from '../src/flags.ts'
import { throughDoor } from '../src/streams/door.ts'
import { selectStreams, streams } from '../src/streams/index.ts'
import type { Stream } from '../src/streams/stream.ts'
import type { JobContext } from './job.ts'

export interface ChoiceFlags {
  readonly stream?: string
  readonly all?: boolean
  readonly api?: string
}

/** Whether it was said which streams a run reads. */
export function areNamed({ environment }: JobContext, { stream, all }: ChoiceFlags): boolean {
  return all === true || stream !== undefined || readStreams(environment) !== undefined
}

/**
 * The streams of a run, as they are read through the API asked for: what the flags name, else what the environment names,
 * else the usual ones. Throws `E_CONFIG`.
 */
export function chosenStreams(context: JobContext, flags: ChoiceFlags): readonly Stream[] {
  const api = readApi('--api', flags.api)
  return namedStreams(context, flags).map((stream) => throughDoor(stream, api))
}

function namedStreams({ environment }: JobContext, { stream, all }: ChoiceFlags): readonly Stream[] {
  if (all !== true)
    return selectStreams(
      stream === undefined ? readNames(readStreams(environment), 'STREAMS') : readNames(stream),
    )
  if (stream !== undefined) throw configError('--all and --stream exclude one another.')
  return streams
}
