import { routes } from '../../emulator/api/routes.ts'

/** What a plan may lack, by the names that the emulator's routes have for it. */
export const FEATURES: readonly string[] = [
  ...new Set(routes.flatMap(({ feature }) => feature ?? [])),
].toSorted()
