import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import t from 'tap'

const root = resolve(import.meta.dirname, '../../sandbox')

/** By file, the files of the sandbox that it imports. */
const imports = new Map(readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts')).map(file => [
  file,
  [...readFileSync(join(root, file), 'utf8').matchAll(/from '(\.[^']+)'/g)].map(match => relative(root, resolve(root, dirname(file), match[1] ?? '')))
]))

const roomOf = (file: string): string => dirname(file)

t.test('a simulator imports itself and the kit, and the kit only itself', async t => {
  t.ok(imports.size > 50)
  const strays = [...imports].flatMap(([file, targets]) => targets
    .filter(target => !['.', roomOf(target)].includes(roomOf(file)) && roomOf(target) !== 'kit' && target !== 'simulator.ts')
    .map(target => `${file} imports ${target}`))
  t.same(strays, [])
})

t.test('no module of the sandbox imports itself through others', async t => {
  const reaches = (start: string, goal: string, seen: Set<string>): boolean => (imports.get(start) ?? [])
    .some(next => next === goal || (!seen.has(next) && reaches(next, goal, seen.add(next))))
  t.same([...imports.keys()].filter(file => reaches(file, file, new Set())), [])
})
