import { streams } from '../../src/streams/index.ts'
import { describeStreams, isPerParent } from '../support/stream-suite.ts'

describeStreams(streams.filter((stream) => isPerParent(stream) && stream.refreshHours === undefined))
