import type { z } from 'zod'
import { compareNumericIds } from '../../domain/compare.ts'
import { readAllPages } from '../kit/pages.ts'
import { listFailure, type ToFailure } from './failures.ts'
import type { VmmanagerSend } from './send.ts'

const pageSize = 200

interface ListAnswer<Row> {
  readonly list: readonly Row[]
  readonly size?: number | null | undefined
}

interface ListOf<Row> {
  readonly path: string
  /** The endpoint's name, if the path has an id. */
  readonly name?: string
  readonly schema: z.ZodType<ListAnswer<Row>>
  readonly toFailure?: ToFailure
}

/** A filter of the platform: words separated by spaces, encoded once. */
export const where = (condition: string): string => new URLSearchParams({ where: condition }).toString()

/** A page may be shorter than requested; a larger `size` then shows that more rows follow. */
export const isLastPage = ({ list, size }: ListAnswer<unknown>, limit: number): boolean =>
  list.length === 0 || (list.length < limit && (size ?? 0) <= list.length)

/** A whole list, page by page after the last id, which is correct for both readings of the vendor's `limit`. */
export const createReadAll = (send: VmmanagerSend) =>
  async <Row extends { readonly id: string }>({ path, name = path, schema, toFailure = listFailure }: ListOf<Row>) =>
    await readAllPages<Row, string | null>(null, async after => {
      const condition = after === null ? '' : `${where(`(id GT ${after})`)}&`
      const answer = await send({ name, path: `/vm/v3/${path}?${condition}orderby=id+asc&limit=0,${pageSize}`, schema, toFailure })
      const rows = answer.list.filter(({ id }) => after === null || compareNumericIds(id, after) > 0)
      const last = rows.map(({ id }) => id).sort(compareNumericIds).at(-1) ?? after
      return { rows, next: isLastPage(answer, pageSize) ? null : last }
    })
