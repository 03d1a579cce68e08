import type { Source } from '../company/collection.ts'
import { below, drawsFor, hashText, pick } from '../random.ts'
import { v1Time } from '../time.ts'
import { hangings } from './hanging.ts'
import { addedAt, userOf, type World } from './world.ts'

const PURPOSE = hashText('files')
/** Images are one type, other files have that of their name. */
const images = new Set(['png', 'jpg'])

function typeOf(name: string): string {
  const extension = name.split('.').at(-1) ?? ''
  return images.has(extension) ? 'img' : extension
}

const names = [
  'offer.pdf',
  'leping.docx',
  'plan of the roof.png',
  '合同.pdf',
  'смета.xlsx',
  'photo 📷.jpg',
] as const

/** Files as v1 answers them (openapi v1). */
export function fileSource(world: World): Source {
  const count = world.size.files
  const added = (n: number): number => addedAt(world, n, count)
  const hanging = hangings(world, 'files', 1)
  return {
    count,
    id: (n) => n,
    head: (n) => ({ added: added(n), updated: added(n), flags: 0 }),
    row: (n) => {
      const draw = drawsFor(world.seed, PURPOSE, n)
      const { deal, person, organization } = hanging(n, added(n))
      const name = pick(draw, names)
      return {
        id: n,
        user_id: userOf(world, below(draw, world.size.users)),
        deal_id: deal,
        person_id: person,
        org_id: organization,
        product_id: null,
        activity_id: null,
        lead_id: null,
        project_id: null,
        log_id: null,
        add_time: v1Time(added(n)),
        update_time: v1Time(added(n)),
        file_name: `${n}_${name}`,
        file_type: typeOf(name),
        file_size: 1000 + below(draw, 5_000_000),
        active_flag: true,
        inline_flag: false,
        remote_location: 's3',
        remote_id: `company/${n}`,
        cid: null,
        s3_bucket: null,
        mail_message_id: null,
        mail_template_id: null,
        deal_name: null,
        person_name: null,
        org_name: null,
        product_name: null,
        lead_name: null,
        project_name: null,
        url: `https://app.pipedrive.com/api/v1/files/${n}/download`,
        name,
        description: null,
      }
    },
  }
}
