import { defaultSwitches, switchChoices, type Switches } from './switches.ts'

type Value = Switches[keyof Switches]

function choicesOf(name: keyof Switches): readonly string[] {
  const choices: Readonly<Partial<Record<string, readonly string[]>>> = switchChoices
  return typeof defaultSwitches[name] === 'boolean' ? ['true', 'false'] : (choices[name] ?? [])
}

function valueOf(name: keyof Switches, text: string): Value {
  if (typeof defaultSwitches[name] === 'number') {
    if (!/^-?\d+$/.test(text)) throw new Error(`--switch ${name} takes a whole number.`)
    return Number(text)
  }
  const choices = choicesOf(name)
  if (!choices.includes(text)) throw new Error(`--switch ${name} takes ${choices.join(' or ')}.`)
  return typeof defaultSwitches[name] === 'boolean' ? text === 'true' : (text as Value)
}

/** `limitTooLarge=refuse` */
export function readSwitch(text: string): Partial<Switches> {
  const [name = '', ...rest] = text.split('=')
  const names = Object.keys(defaultSwitches)
  if (rest.length === 0 || !names.includes(name))
    throw new Error(`--switch takes name=value with one of the names ${names.join(', ')}.`)
  return { [name]: valueOf(name as keyof Switches, rest.join('=')) }
}
