import { badMember } from '../../domain/failure.ts'

/** Templates and saved images are numbered separately; our ids of saved images have this prefix. */
const savedMark = 'image:'

export const savedImageId = (id: string): string => `${savedMark}${id}`

/** An image as a body names it: `os` is a template, `image` a saved one. */
export type ImageChoice = { readonly os: number } | { readonly image: number }

export function imageChoice (id: string): ImageChoice {
  const isSaved = id.startsWith(savedMark)
  const digits = isSaved ? id.slice(savedMark.length) : id
  const number = Number(digits)
  if (!/^[1-9]\d*$/.test(digits) || !Number.isSafeInteger(number)) {
    throw badMember('body.image', 'is not an id of this provider: a whole number, or image: and a whole number')
  }
  return isSaved ? { image: number } : { os: number }
}
