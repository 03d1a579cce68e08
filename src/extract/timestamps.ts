import { DateTime } from 'luxon'

/** v2 takes exactly `YYYY-MM-DDTHH:MM:SSZ`: a fraction or another form is answered with 400 (seen live). */
export function apiTimestamp(epochMs: number): string {
  return DateTime.fromMillis(epochMs, { zone: 'utc' }).toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'")
}

/** The form of v1's examples (openapi v1, 2026-01). */
export function v1Timestamp(epochMs: number): string {
  return DateTime.fromMillis(epochMs, { zone: 'utc' }).toFormat('yyyy-MM-dd HH:mm:ss')
}

/** Whole seconds are all that the filters know. */
export function floorToSecond(epochMs: number): number {
  return Math.floor(epochMs / 1000) * 1000
}
