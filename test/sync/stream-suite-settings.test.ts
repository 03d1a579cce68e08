import { streams } from '../../src/streams/index.ts'
import { describeStreams } from '../support/stream-suite.ts'

describeStreams(streams.filter(({ refreshHours }) => refreshHours !== undefined))
