import type { Route } from '../http/router.ts'
import { fieldPaths, fieldRoutes } from './field-routes.ts'
import { v1Routes } from './v1-list.ts'
import { v1Resources } from './v1-resources.ts'
import { v2Routes } from './v2-list.ts'
import { v2Resources } from './v2-resources.ts'

/** Every operation the emulator answers. */
export const routes: readonly Route[] = [
  ...v2Resources.flatMap(v2Routes),
  ...v1Resources.flatMap(v1Routes),
  ...Object.entries(fieldPaths).flatMap(([path, entity]) => fieldRoutes(path, entity)),
]
