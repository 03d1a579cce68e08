import { readStreams } from '../src/config.ts'
import { configError } from '../src/errors.ts'
import { readNames } from '../src/flags.ts'
import { selectStreams, streams } from '../src/streams/index.ts'
import type { Stream } from '../src/streams/stream.ts'
import type { JobContext } from './job.ts'

export interface ChoiceFlags {
  readonly stream?: string
  readonly all?: boolean
}

/** Whether it was said which streams a run reads. */
export function areNamed({ environment }: JobContext, { stream, all }: ChoiceFlags): boolean {
  return all === true || stream !== undefined || readStreams(environment) !== undefined
}

/** The streams of a run: what the flags name, else what the environment names, else the usual ones. Throws `E_CONFIG`. */
export function chosenStreams({ environment }: JobContext, { stream, all }: ChoiceFlags): readonly Stream[] {
  if (all !== true)
    return selectStreams(
      stream === undefined ? readNames(readStreams(environment), 'STREAMS') : readNames(stream),
    )
  if (stream !== undefined) throw configError('--all and --stream exclude one another.')
  return streams
}
