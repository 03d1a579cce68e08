import type { CreatableType, Field, FieldEntity } from '../../emulator/company/catalog.ts'
import type { Company } from '../../emulator/index.ts'
import { oneOf, type Draw } from '../support/random.ts'

const OWNERS: readonly FieldEntity[] = ['deals', 'persons', 'organizations', 'products', 'projects']
const TYPES: readonly CreatableType[] = ['varchar', 'text', 'double', 'date', 'monetary', 'enum', 'set']
/** More would make every record of the kind longer and nothing else. */
const MOST_FIELDS = 24

interface FieldEdit {
  readonly company: Company
  readonly draw: Draw
  readonly entity: FieldEntity
  readonly field: Field
  readonly text: string
}

function add({ company, draw, entity, text }: FieldEdit): void {
  if (company.catalog.custom(entity).length >= MOST_FIELDS) return
  company.fields.add(entity, text, oneOf(draw, TYPES), [`${text} a`, `${text} b`])
}

const edits: Readonly<Record<string, (edit: FieldEdit) => void>> = {
  add,
  rename: ({ company, entity, field, text }) => void company.fields.edit(entity, field.code, { name: text }),
  remove: ({ company, entity, field }) => void company.fields.remove(entity, field.code),
  'add an option of': ({ company, entity, field, text }) => {
    if (field.options !== null) company.fields.addOptions(entity, field.code, [text])
  },
  'rename an option of': ({ company, draw, entity, field, text }) => {
    const { options } = field
    if (options === null || options.length === 0) return
    company.fields.renameOption(entity, field.code, oneOf(draw, options).id, text)
  },
  // A label that nobody has read before the option went is known to nobody: these were there when the play began.
  'remove an option of': ({ company, draw, entity, field }) => {
    const options = (field.options ?? []).filter(({ label }) => !label.startsWith('edit '))
    if (options.length > 1) company.fields.removeOption(entity, field.code, oneOf(draw, options).id)
  },
}

/** Changes one of the company's own fields, and says what. */
export function editField(company: Company, draw: Draw, text: string): string {
  const entity = oneOf(draw, OWNERS)
  const fields = company.catalog.custom(entity)
  const what = fields.length === 0 ? 'add' : oneOf(draw, Object.keys(edits))
  const field = fields.length === 0 ? undefined : oneOf(draw, fields)
  edits[what]?.({ company, draw, entity, field: field as Field, text })
  return `${what} field ${entity} ${field?.name ?? ''}`
}
