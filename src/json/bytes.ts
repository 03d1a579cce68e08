/** Characters that mean something to JSON, as bytes. */
export const QUOTE = 34
export const COMMA = 44
export const MINUS = 45
export const POINT = 46
export const ZERO = 48
export const COLON = 58
export const OPEN_LIST = 91
export const BACKSLASH = 92
export const CLOSE_LIST = 93
export const LETTER_N = 110
export const OPEN_OBJECT = 123
export const CLOSE_OBJECT = 125
