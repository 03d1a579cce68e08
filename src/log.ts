import { pino, type DestinationStream, type Logger } from 'pino'

export type Redact = (text: string) => string

/** Replaces every secret wherever it stands, also in a URL or in JSON, the longest first. One of fewer than four characters would take ordinary words with it. */
export function redactor(secrets: readonly string[]): Redact {
  const forms = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    .toSorted((a, b) => b.length - a.length)
  return (text) => forms.reduce((clean, form) => clean.replaceAll(form, '[secret]'), text)
}

/** One JSON line an event, with ISO time, level and message; secrets are taken out of the finished line. */
export function createLog(redact: Redact, destination: DestinationStream): Logger {
  return pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      hooks: { streamWrite: redact },
    },
    destination,
  )
}
