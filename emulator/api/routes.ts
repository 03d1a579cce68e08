import type { Route } from '../http/router.ts'
import { childRoutes } from './child-lists.ts'
import { collectionRoutes } from './collection-routes.ts'
import { fieldPaths, fieldRoutes } from './field-routes.ts'
import { recentsRoute } from './recents.ts'
import { v1FieldRoutes } from './v1-fields.ts'
import { v1AccessRoutes } from './v1-access.ts'
import { goalRoutes } from './v1-goals.ts'
import { v1Routes } from './v1-list.ts'
import { v1MailRoutes } from './v1-mail.ts'
import { v1Resources } from './v1-resources.ts'
import { v1SettingRoutes } from './v1-settings.ts'
import { v1Singles } from './v1-singles.ts'
import { v2Routes } from './v2-list.ts'
import { projectRoutes } from './v2-projects.ts'
import { v2Resources } from './v2-resources.ts'
import { writeRoutes } from './write-routes.ts'

/** Every operation the emulator answers. */
export const routes: readonly Route[] = [
  ...v2Resources.flatMap(v2Routes),
  ...v1Resources.flatMap(v1Routes),
  ...v1Singles,
  ...v1SettingRoutes,
  ...v1FieldRoutes,
  ...collectionRoutes,
  ...childRoutes,
  recentsRoute,
  ...goalRoutes,
  ...v1AccessRoutes,
  ...v1MailRoutes,
  ...projectRoutes,
  ...Object.entries(fieldPaths).flatMap(([path, entity]) => fieldRoutes(path, entity)),
  ...writeRoutes,
]
