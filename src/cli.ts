#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { boundMemory } from './memory.ts'

// Before anything else is loaded: loading makes the heap grow, and what is compiled now need not be the next time.
boundMemory()
enableCompileCache()
await import('./commands.ts')
