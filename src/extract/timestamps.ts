import { DateTime } from 'luxon'

/** v2 takes exactly `YYYY-MM-DDTHH:MM:SSZ`: a fraction or another form is answered with 400 (seen live). */
export function apiTimestamp(epochMs: number): string {
  return DateTime.fromMillis(epochMs, { zone: 'utc' }).toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'")
}

/** Whole seconds are all that the filters know. */
export function floorToSecond(epochMs: number): number {
  return Math.floor(epochMs / 1000) * 1000
}
