import type { FastifySchemaCompiler } from 'fastify'
import { z } from 'zod'

type Issue = z.core.$ZodIssue

/** One violation of a request's schema; the framework requires the members other than `issue`. */
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

/** Validates each part of a request by its zod schema, which is compiled when the first request needs it. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  let compiled: z.ZodType | null = null
  return (value: unknown) => {
    const { success, data, error } = (compiled ??= z.compile(schema)).safeParse(value)
    return success ? { value: data } : { error: error.issues.map(issue => new InvalidPlace(issue)) }
  }
}
