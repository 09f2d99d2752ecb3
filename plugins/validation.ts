import type { FastifySchemaCompiler } from 'fastify'
import { z } from 'zod'

type Issue = z.core.$ZodIssue

/** One place of a request that its schema refuses; the members beside `issue` are those that the framework expects. */
export class InvalidPlace extends Error {
  readonly keyword: string
  readonly instancePath: string
  readonly schemaPath: string
  readonly params = {}
  readonly issue: Issue

  constructor (issue: Issue) {
    super(issue.message)
    this.name = 'InvalidPlace'
    this.issue = issue
    this.keyword = issue.code
    this.instancePath = `/${issue.path.map(String).join('/')}`
    this.schemaPath = `#${this.instancePath}`
  }
}

/** Reads each part of a request by its zod schema, compiled to code when the first request needs it. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  let compiled: z.ZodType | null = null
  return (value: unknown) => {
    const { success, data, error } = (compiled ??= z.compile(schema)).safeParse(value)
    return success ? { value: data } : { error: error.issues.map(issue => new InvalidPlace(issue)) }
  }
}
