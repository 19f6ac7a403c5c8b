// Relations: what an include attaches, one-shot.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '../../../dist/npm/index.js'
import { type ModelInclude, type ModelSchema, related, type World } from './relation-model.js'
import { bad, channel, coded, gc, ids, type Loose, open, Random, rejects, throws } from './support.js'
import { createClient, watch } from '../../../dist/npm/index.js'

const schema = {
  Author: { relations: { posts: { type: 'hasMany', to: 'Post', foreignKey: 'authorId' }, profile: { type: 'hasOne', to: 'Profile', foreignKey: 'owner' } } },
  Profile: {},
  Post: {
    relations: {
      author: { type: 'belongsTo', to: 'Author', foreignKey: 'authorId' },
      comments: { type: 'hasMany', to: 'Comment', foreignKey: 'postId' },
      parent: { type: 'belongsTo', to: 'Post', foreignKey: 'parentId' },
      children: { type: 'hasMany', to: 'Post', foreignKey: 'parentId' },
      byCode: { type: 'belongsTo', to: 'Author', foreignKey: 'meta.code', primaryKey: 'code' },
      about: { type: 'variants', branches: [{ when: { kind: 'a' }, relation: { type: 'belongsTo', to: 'Author', foreignKey: 'ref' } }, { when: { kind: { in: ['a', 'c'] } }, relation: { type: 'hasMany', to: 'Comment', foreignKey: 'postId' } }] },
    },
  },
  Comment: { relations: { post: { type: 'belongsTo', to: 'Post', foreignKey: 'postId' }, by: { type: 'belongsTo', to: 'Author', foreignKey: 'by' } } },
} satisfies ModelSchema

type App = { Author: Loose; Profile: Loose; Post: Loose; Comment: Loose }

async function start(): Promise<Client<App>> {
  const client = await open<App>({ schema: bad(schema) })
  const { Author, Profile, Post, Comment } = client.stores
  await Author.addMany([{ id: 'ann', code: 7, name: 'Ann' }, { id: 'bob', code: '7', name: 'Bob' }, { id: 'cem', name: 'Cem' }])
  await Profile.addMany([{ id: 'p1', owner: 'ann', n: 2 }, { id: 'p2', owner: 'ann', n: 1 }, { id: 'p3', owner: null }])
  await Post.addMany([
    { id: 'x', authorId: 'ann', title: 'X', kind: 'a', ref: 'bob', meta: { code: 7 } },
    { id: 'y', authorId: 'ann', title: 'Y', kind: 'c', parentId: 'x', meta: { code: '7' } },
    { id: 'z', authorId: 'nobody', title: 'Z', parentId: 'x' },
    { id: 'w', authorId: null, title: 'W', parentId: 'w', author: 'a field of that name' },
  ])
  await Comment.addMany([{ id: '1', postId: 'x', by: 'bob', likes: 3 }, { id: '2', postId: 'x', by: 'ann', likes: 5 }, { id: '3', postId: 'x', likes: 5 }, { id: '4', postId: 'y', by: 'bob' }, { id: '5', postId: null }])
  return client
}

const strip = (row: unknown): unknown => JSON.parse(JSON.stringify(row, (key, v: unknown) => (key === 'version' ? undefined : v)))

test('belongsTo gives the row or null, hasMany rows or [], on a copy of the parent', async () => {
  const { stores: { Post, Author, Comment } } = await start()
  const { data } = await Post.findMany(bad({ include: { author: true, comments: true } }))
  assert.deepEqual(ids(data), ['w', 'x', 'y', 'z'])
  const [w, x, y, z] = data as [Loose, Loose, Loose, Loose]
  assert.equal(x['author'], await Author.getOne('ann'), 'the very row')
  assert.deepEqual(ids(x['comments'] as Loose[]), ['1', '2', '3'])
  assert.equal((x['comments'] as Loose[])[0], await Comment.getOne('1'))
  assert.deepEqual(ids(y['comments'] as Loose[]), ['4'])
  assert.deepEqual([z['author'], z['comments']], [null, []])
  assert.equal(w['author'], null, 'a field of that name is hidden')
  const plain = await Post.getOne('x')
  assert.notEqual(x, plain)
  assert.deepEqual(Object.keys(x), [...Object.keys(plain!), 'author', 'comments'])
  assert.equal('author' in plain!, false)
})

test('hasOne: the first by sort, then id', async () => {
  const { stores: { Author } } = await start()
  const one = async (spec: unknown): Promise<unknown> => ((await Author.findOne(bad({ filter: { id: 'ann' }, include: { profile: spec } }))) as Loose)['profile']
  assert.equal(((await one(true)) as Loose).id, 'p1')
  assert.equal(((await one({ sort: [{ field: 'n' }] })) as Loose).id, 'p2')
  assert.equal(((await one({ filter: { n: 2 } })) as Loose).id, 'p1')
  assert.equal(await one({ filter: { n: 9 } }), null)
  assert.equal(await one({ limit: 0 }), null)
})

test('filter, sort and limit are of each parent', async () => {
  const { stores: { Post } } = await start()
  const comments = async (spec: unknown): Promise<string[]> => (await Post.findMany(bad({ filter: { id: { in: ['x', 'y'] } }, include: { comments: spec } }))).data.map((row) => ids((row as Loose)['comments'] as Loose[]).join(''))
  assert.deepEqual(await comments({ sort: [{ field: 'likes', dir: 'desc' }] }), ['231', '4'])
  assert.deepEqual(await comments({ sort: [{ field: 'likes', dir: 'desc' }], limit: 2 }), ['23', '4'])
  assert.deepEqual(await comments({ limit: 1 }), ['1', '4'])
  assert.deepEqual(await comments({ limit: 0 }), ['', ''])
  assert.deepEqual(await comments({ filter: { likes: 5 } }), ['23', ''])
  assert.deepEqual(await comments({ filter: { op: 'not', arg: { likes: 5 } }, sort: [{ field: 'id', dir: 'desc' }] }), ['1', '4'])
  assert.deepEqual(await comments({}), ['123', '4'])
})

test('includes nest, also into the same store', async () => {
  const { stores: { Post } } = await start()
  const row = await Post.findOne(bad({ filter: { id: 'x' }, include: { children: { include: { parent: true, comments: { include: { by: { include: { posts: { limit: 1 } } } } } } } } }))
  const [y, z] = (row as Loose)['children'] as [Loose, Loose]
  assert.deepEqual([y.id, z.id], ['y', 'z'])
  assert.equal(y['parent'], await Post.getOne('x'))
  const by = ((y['comments'] as Loose[])[0]!)['by'] as Loose
  assert.deepEqual([by.id, by['posts']], ['bob', []])
})

test('a row may be its own relation', async () => {
  const { stores: { Post } } = await start()
  const w = (await Post.findOne(bad({ filter: { id: 'w' }, include: { parent: { include: { parent: true } } } }))) as Loose
  assert.equal((w['parent'] as Loose).id, 'w')
  assert.equal((w['parent'] as Loose)['parent'], await Post.getOne('w'))
})

test('keys match by kind and value; paths are keys too', async () => {
  const { stores: { Post } } = await start()
  const { data } = await Post.findMany(bad({ include: { byCode: true } }))
  assert.deepEqual(data.map((row) => ((row as Loose)['byCode'] as Loose | null)?.id), [undefined, 'ann', 'bob', undefined])
})

test('variants: the first branch that matches, else null', async () => {
  const { stores: { Post } } = await start()
  const { data } = await Post.findMany(bad({ include: { about: true } }))
  assert.deepEqual(strip(data.map((row) => (row as Loose)['about'])), [null, { id: 'bob', code: '7', name: 'Bob' }, [{ id: '4', postId: 'y', by: 'bob' }], null])
  const nested = await Post.findMany(bad({ include: { about: { include: { profile: true, by: true } } } }))
  const [, x, y] = nested.data as Loose[]
  assert.deepEqual(strip(x!['about']), { id: 'bob', code: '7', name: 'Bob', profile: null })
  assert.equal((((y!['about'] as Loose[])[0])!['by'] as Loose).id, 'bob')
})

test('findOne and limits work on parents', async () => {
  const { stores: { Post } } = await start()
  const { data } = await Post.findMany(bad({ sort: [{ field: 'title', dir: 'desc' }], limit: 2, offset: 1, include: { author: true } }))
  assert.deepEqual(data.map((row) => [row.id, ((row as Loose)['author'] as Loose | null)?.id]), [['y', 'ann'], ['x', 'ann']])
  const page = await Post.findMany(bad({ page: { mode: 'cursor', limit: 1 }, include: { author: true } }))
  assert.deepEqual([page.data.length, page.pageInfo!.hasNextPage, (page.data[0] as Loose)['author']], [1, true, null])
})

test('a parent whose row and relations did not change keeps its object', async () => {
  const { stores: { Post, Comment, Author } } = await start()
  const query = bad({ include: { author: true, comments: { include: { by: true } } } })
  const read = async (): Promise<Loose[]> => (await Post.findMany(query)).data as Loose[]
  const first = await read()
  assert.ok(Object.isFrozen(first[1]) && Object.isFrozen(first[1]!['comments']) && Object.isFrozen((first[1]!['comments'] as Loose[])[0]))
  await gc()
  const again = await read()
  assert.deepEqual(again.map((row, i) => row === first[i]), [true, true, true, true])
  await Comment.updateOne('4', { likes: 1 })
  const third = await read()
  assert.deepEqual(third.map((row, i) => row === first[i]), [true, true, false, true])
  assert.equal(third[2]!['author'], first[2]!['author'])
  await Author.updateOne('bob', { name: 'Bobby' })
  const fourth = await read()
  assert.deepEqual(fourth.map((row, i) => row === third[i]), [true, false, false, true], 'bob commented on x and y')
  assert.equal((fourth[1]!['comments'] as Loose[])[1], (third[1]!['comments'] as Loose[])[1], 'what ann wrote is the same object')
  await Post.updateOne('z', { title: 'ZZ' })
  assert.deepEqual((await read()).map((row, i) => row === fourth[i]), [true, true, true, false])
  const other = (await Post.findMany(bad({ include: { comments: { limit: 1 } } }))).data as Loose[]
  assert.equal((other[1]!['comments'] as Loose[]).length, 1)
  assert.equal((await read())[0], fourth[0], 'another include does not get in the way')
})

test('related rows that did not change keep their array, whatever else of the parent did', async () => {
  const { stores: { Post, Comment } } = await start()
  const query = bad({ include: { author: true, comments: { include: { by: true } }, children: { include: { comments: true } } } })
  const read = async (): Promise<Loose> => (await Post.findMany(query)).data[1]!
  const live = watch(Post, query, () => {})
  const changes: (() => Promise<unknown>)[] = [
    () => Post.updateOne('x', { title: 'new' }),
    () => Post.updateMany([{ id: 'x', change: { title: 'newer' } }]),
    () => Post.upsertOne(bad({ id: 'x', title: 'newest' })),
    () => channel(Post).writeback([{ id: 'x', authorId: 'ann', title: 'from elsewhere', version: 50 }]),
    async () => { for (let i = 0; i < 3; i++) await Post.updateOne('x', { n: i }) },
  ]
  for (const change of changes) {
    const before = await read()
    const shown = live.current.data[1] as Loose
    await change()
    await gc()
    const after = await read()
    assert.notEqual(after, before)
    for (const [was, is] of [[before, after], [shown, live.current.data[1] as Loose]] as const) {
      assert.equal(is['comments'], was['comments'], String(change))
      assert.equal(is['children'], was['children'])
      assert.equal(is['author'], was['author'])
    }
  }
  const before = await read()
  await Post.updateOne('y', { title: 'a child’s own' })
  const after = await read()
  assert.notEqual(after['children'], before['children'])
  assert.equal((after['children'] as Loose[])[0]!['comments'], (before['children'] as Loose[])[0]!['comments'])
  assert.equal((after['children'] as Loose[])[1], (before['children'] as Loose[])[1])
  await Comment.updateOne('1', { likes: 9 })
  assert.notEqual((await read())['comments'], after['comments'])
})

test('an empty include of a relation and true are the same', async () => {
  const { stores: { Post } } = await start()
  const forms = [{ comments: true }, { comments: {} }, { comments: { sort: [], filter: undefined } }, { comments: { include: {} } }, { comments: true, author: undefined }]
  const found = await Promise.all(forms.map(async (include) => (await Post.findMany(bad({ include }))).data[1]))
  const shown = forms.map((include) => watch(Post, bad({ include }), () => {}).current.data)
  for (const row of found) assert.equal(row, found[0])
  for (const data of shown) assert.equal(data, shown[0])
})

test('what was composed of rows that are gone is garbage', async () => {
  const { stores: { Post, Comment } } = await start()
  const composed = await (async () => (await Post.findMany(bad({ include: { comments: true } }))).data.map((row) => new WeakRef(row)))()
  await Post.updateOne('x', { title: 'new' })
  await Post.deleteMany(['y', 'z'])
  await gc()
  assert.deepEqual(composed.map((row) => row.deref()?.id), ['w', 'x', undefined, undefined], 'x lends its lists to its successor')
  await Comment.getAll()
  await (async () => (await Post.findMany(bad({ include: { comments: true } }))).data)()
  await gc()
  assert.deepEqual(composed.map((row) => row.deref()?.id), ['w', undefined, undefined, undefined])
})

test('rows with includes are what they were; the input of a later write is not theirs', async () => {
  const { stores: { Post } } = await start()
  const row = (await Post.findOne(bad({ filter: { id: 'x' }, include: { author: true } }))) as Loose
  await Post.updateOne('x', { title: 'new' })
  assert.equal(row['title'], 'X')
  assert.equal('author' in (await Post.getOne('x'))!, false)
})

test('random worlds and includes are as the model has them', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  console.log(`relations: SEED=${seed}`)
  const random = new Random(seed)
  for (let round = 0; round < 12; round++) {
    const client = await open<App>({ schema: bad(round % 2 ? schema : { ...schema, Comment: { ...schema.Comment, indexes: [{ field: 'postId', type: 'string' }] } }) })
    const world: World = {}
    const names = ['Author', 'Profile', 'Post', 'Comment'] as const
    const key = (): unknown => random.pick(['a1', 'a2', 'a3', 'p1', 'p2', null, undefined, 5, '5'])
    for (const name of names) {
      const rows = Array.from({ length: random.below(15) }, (_, i): Loose => {
        const row: Loose = { id: `${name[0]!.toLowerCase()}${i}`, n: random.below(4), kind: random.pick(['a', 'b', 'c']) }
        for (const field of ['authorId', 'postId', 'parentId', 'owner', 'ref', 'by', 'code']) {
          const v = key()
          if (v !== undefined) row[field] = v
        }
        if (random.below(2)) row['meta'] = { code: key() ?? null }
        return row
      })
      await client.stores[name].addMany(rows)
      if (random.below(2)) await client.stores[name].deleteMany(rows.filter(() => random.below(5) === 0).map(({ id }) => id))
      world[name] = await client.stores[name].getAll()
    }
    for (let i = 0; i < 40; i++) {
      const name = random.pick(names)
      const include = randomInclude(random, name, 3)
      const { data } = await client.stores[name].findMany(bad({ include }))
      assert.deepEqual(data, world[name]!.map((row) => related(world, schema, name, row, include)), `SEED=${seed} ${name} ${JSON.stringify(include)}`)
    }
    await client.dispose()
  }
})

function randomInclude(random: Random, store: string, depth: number): ModelInclude {
  const include: ModelInclude = {}
  const relations = Object.entries((schema as ModelSchema)[store]?.relations ?? {})
  for (const [name, relation] of relations) {
    if (random.below(2)) continue
    const to = relation.type === 'variants' ? random.pick(relation.branches).relation.to : relation.to
    const spec: Exclude<ModelInclude[string], true> = {}
    if (random.below(3) === 0) spec.filter = { n: { gte: random.below(3) } }
    if (random.below(2)) spec.sort = [{ field: random.pick(['n', 'kind']), dir: random.pick(['asc', 'desc'] as const) }]
    if (random.below(3) === 0) spec.limit = random.below(3)
    if (depth > 0 && random.below(2)) spec.include = randomInclude(random, to, depth - 1)
    include[name] = Object.keys(spec).length === 0 ? true : spec
  }
  return include
}

test('what is no include is invalid_query, with the path', async () => {
  const { stores: { Post, Profile } } = await start()
  const wrong: [unknown, (string | number)[]][] = [
    [5, ['include']], [[], ['include']], [null, ['include']], [{ nobody: true }, ['include', 'nobody']], [{ title: true }, ['include', 'title']], [{ author: false }, ['include', 'author']], [{ author: 'x' }, ['include', 'author']],
    [{ comments: { limit: -1 } }, ['include', 'comments', 'limit']], [{ comments: { where: 1 } }, ['include', 'comments', 'where']], [{ comments: { offset: 1 } }, ['include', 'comments', 'offset']], [{ comments: { page: { mode: 'cursor' } } }, ['include', 'comments', 'page']],
    [{ comments: { filter: { n: { nope: 1 } } } }, ['include', 'comments', 'filter', 'n', 'nope']], [{ comments: { sort: [{}] } }, ['include', 'comments', 'sort', 0]], [{ comments: { include: { author: true } } }, ['include', 'comments', 'include', 'author']],
    [{ about: { include: { title: true } } }, ['include', 'about', 'include', 'title']],
  ]
  for (const [include, path] of wrong) {
    const error = await Post.findMany(bad({ include })).then(() => assert.fail(JSON.stringify(include)), (error: unknown) => error as { code: string; details?: { path?: unknown[] } })
    assert.equal(error.code, path.at(-1) === 'limit' ? 'invalid_input' : 'invalid_query', JSON.stringify(include))
    assert.deepEqual(error.details?.path?.slice(0, path.length), path)
    assert.throws(() => watch(Post, bad({ include }), () => {}), (other: { code: string }) => other.code === error.code)
  }
  await rejects(Profile.findMany(bad({ include: { author: true } })), 'invalid_query')
  const cycle: Record<string, unknown> = {}
  cycle['children'] = { include: cycle }
  coded(await Post.findMany(bad({ include: cycle })).catch((error: unknown) => error), 'invalid_query')
  throws(() => watch(Post, bad({ include: cycle }), () => {}), 'invalid_query')
  await rejects((await open()).stores['Any']!.findMany(bad({ include: { x: true } })), 'invalid_query')
})

test('500 includes may be one inside the other; more are invalid_query and harm nobody', async () => {
  const { stores: { Post } } = await start()
  const nested = (levels: number): never => {
    let include: unknown = { parent: true }
    for (let i = 1; i < levels; i++) include = { parent: { include } }
    return bad({ include })
  }
  let row = (await Post.findMany(nested(500))).data[0] as Loose | undefined
  let depth = 0
  for (; row!['parent'] && depth < 1000; depth++) row = row!['parent'] as Loose
  assert.equal(depth, 500)
  assert.equal(watch(Post, nested(500), () => {}).current.data[0]!.id, 'w')
  for (const levels of [501, 999, 1500, 20_000]) {
    const error = await rejects(Post.findMany(nested(levels)), 'invalid_query')
    assert.ok(error.details!.path!.length > 1000)
    assert.match(error.message, /"Post"/)
  }
  assert.equal(await Post.count(), 4)
})

test('a relation to a store that the schema does not list is invalid_schema', async () => {
  await rejects(createClient(bad({ schema: { A: { relations: { b: { type: 'belongsTo', to: 'B', foreignKey: 'x' } } } } })), 'invalid_schema')
})

test('a store that an include leads to need not have been used', async () => {
  const client = await open<App>({ schema: bad(schema) })
  await client.stores.Post.addOne({ id: 'x', authorId: 'ann' })
  const row = async (): Promise<unknown> => strip(await client.stores.Post.findOne(bad({ include: { author: true, comments: true } })))
  assert.deepEqual(await row(), { id: 'x', authorId: 'ann', author: null, comments: [] })
  await client.stores.Author.addOne({ id: 'ann' })
  assert.deepEqual(await row(), { id: 'x', authorId: 'ann', author: { id: 'ann' }, comments: [] })
  assert.deepEqual(await channel(client.stores.Comment).resolveStore('Comment').getAll(), [])
})
