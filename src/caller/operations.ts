import type { Terminal } from '../terminal.ts'
import { endCodeOf, hasEnded, waitFor, type OperationName } from './follow.ts'
import { printRecord } from './output.ts'
import { plainJson } from './plain.ts'
import { withSession, type CommonFlags } from './session.ts'
import { timeoutOf } from './write.ts'

type Flags = CommonFlags & { readonly timeout?: string }

/** Waits for the end of an operation and prints it. */
export async function waitCommand (terminal: Terminal, name: OperationName, flags: Flags): Promise<number> {
  const timeoutS = timeoutOf(flags.timeout)
  return await withSession(terminal, flags, async session => {
    const operation = await waitFor(session, name, { timeoutS })
    await printRecord(terminal, session.output, operation)
    return endCodeOf(operation)
  })
}

/** Prints every change of an operation until it ends: on a terminal as a live line, elsewhere as a line of JSON each. */
export async function watchCommand (terminal: Terminal, name: OperationName, flags: Flags): Promise<number> {
  const timeoutS = timeoutOf(flags.timeout)
  return await withSession(terminal, flags, async session => {
    const { format, isQuiet } = session.output
    const isStream = format !== 'table' && !isQuiet
    const operation = await waitFor(isStream ? { ...session, output: { ...session.output, isQuiet: true } } : session, name, {
      timeoutS,
      onState: state => { if (isStream) terminal.print(`${plainJson(state, 0)}\n`) }
    })
    if (!isStream && hasEnded(operation)) await printRecord(terminal, session.output, operation)
    return endCodeOf(operation)
  })
}
