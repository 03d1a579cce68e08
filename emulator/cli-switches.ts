import { defaultSwitches, switchChoices, type Switches } from './switches.ts'

type Value = Switches[keyof Switches]

const choices: Readonly<Partial<Record<string, readonly Value[]>>> = switchChoices

function choicesOf(name: keyof Switches): readonly Value[] {
  return typeof defaultSwitches[name] === 'boolean' ? [true, false] : (choices[name] ?? [])
}

function valueOf(name: keyof Switches, text: string): Value {
  const allowed = choicesOf(name)
  if (allowed.length > 0) {
    const chosen = allowed.find((choice) => String(choice) === text)
    if (chosen === undefined) throw new Error(`--switch ${name} takes ${allowed.join(' or ')}.`)
    return chosen
  }
  if (Array.isArray(defaultSwitches[name])) return text.split(',')
  if (!/^-?\d+$/.test(text)) throw new Error(`--switch ${name} takes a whole number.`)
  return Number(text)
}

/** `limitTooLarge=refuse` */
export function readSwitch(text: string): Partial<Switches> {
  const [name = '', ...rest] = text.split('=')
  const names = Object.keys(defaultSwitches)
  if (rest.length === 0 || !names.includes(name))
    throw new Error(`--switch takes name=value with one of the names ${names.join(', ')}.`)
  return { [name]: valueOf(name as keyof Switches, rest.join('=')) }
}
