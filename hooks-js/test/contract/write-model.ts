// What writes with a backend mean, as naively as it can be said: a row is what the backend has, and a list of writes on
// top, from which everything is computed anew each time.

export type Fields = Record<string, string | undefined>
export type ModelRow = { fields: Record<string, string>; version: number }
export type ModelAction = 'add' | 'update' | 'merge' | 'replace' | 'delete'

/** How a call's promise stands. A row is what it gives; an error is told by its code. */
export type Standing = 'pending' | { value: ModelRow | boolean | undefined } | { code: string }

/** What a backend says to one write. */
export type Reply =
  | { kind: 'ok'; version?: number }
  | { kind: 'row'; fields: Record<string, string>; version?: number }
  | { kind: 'refused'; code: string; current?: ModelRow | null }

export class ModelWrite {
  confirmed = false
  sent = false
  /** It was taken out after it had been sent: what the backend says to it counts as a remote change. */
  late = false
  /** Of its confirmation. */
  version: number | undefined
  standing: Standing = 'pending'
  /** The row as the call left it. */
  called: ModelRow | undefined

  constructor(
    readonly chain: Chain,
    readonly action: ModelAction,
    readonly patch: Fields,
    public hidden: boolean,
  ) {}

  /** Waits for an answer, and has not been taken out. */
  get open(): boolean {
    return !this.confirmed && this.chain.writes.includes(this)
  }

  /** What this write makes of a row. */
  replay(row: ModelRow | undefined): ModelRow | undefined {
    if (this.action === 'delete' || (this.action === 'update' && !row)) return undefined
    const whole = this.action === 'add' || this.action === 'replace'
    const fields: Fields = { ...(whole ? {} : row?.fields), ...this.patch }
    for (const name of Object.keys(fields)) if (fields[name] === undefined) delete fields[name]
    const changes = !row || !sameFields(row.fields, fields as Record<string, string>)
    const version = this.version ?? (row?.version ?? 0) + (changes ? 1 : 0)
    return { fields: fields as Record<string, string>, version }
  }
}

/** One row. */
export class Chain {
  base: ModelRow | undefined
  writes: ModelWrite[] = []

  constructor(readonly id: string) {}

  /** After so many writes, those that are not to be seen yet included. */
  after(writes = this.writes.length): ModelRow | undefined {
    return this.writes.slice(0, writes).reduce<ModelRow | undefined>((row, write) => write.replay(row), this.base)
  }

  /** As this write leaves it. */
  left(write: ModelWrite): ModelRow | undefined {
    return this.after(this.writes.indexOf(write) + 1)
  }

  get shown(): ModelRow | undefined {
    return this.writes.filter(({ hidden }) => !hidden).reduce<ModelRow | undefined>((row, write) => write.replay(row), this.base)
  }

  /** Makes a call. What changes nothing is no write. */
  call(action: ModelAction, patch: Fields, hidden: boolean): { write?: ModelWrite; standing: Standing } {
    const before = this.after()
    if (action === 'add' && before) return { standing: { code: 'already_exists' } }
    if (action === 'update' && !before) return { standing: { code: 'not_found' } }
    if (action === 'delete' && !before) return { standing: { value: false } }
    const write = new ModelWrite(this, action, patch, hidden)
    const after = write.replay(before)
    if (after && before && sameFields(after.fields, before.fields)) return { standing: { value: before } }
    write.called = after
    this.writes.push(write)
    return { write, standing: 'pending' }
  }

  /** What comes from elsewhere lies under what is pending; what was confirmed before is in it, or gone. */
  remote(row: ModelRow | undefined): void {
    this.base = row
    this.writes = this.writes.filter(({ confirmed }) => !confirmed)
  }

  answer(write: ModelWrite, reply: Reply): void {
    const { late } = write
    write.late = false
    if (!late && !write.open) return
    if (reply.kind === 'refused') {
      if (!late) this.takeOut(write, reply.code, false)
      const { current } = reply
      if (current !== undefined && !(late && current && this.stale(current.version))) this.remote(current ?? undefined)
    } else if (reply.kind === 'ok' || write.action === 'delete') {
      this.confirm(write, late, write.action === 'delete' ? undefined : reply.version)
    } else {
      this.confirmRow(write, late, reply)
    }
    this.fold()
  }

  /** A late answer of a version that the backend has left behind says nothing new. */
  private stale(version: number | undefined): boolean {
    const told = this.writes.map((write) => (write.confirmed ? (write.version ?? 0) : 0))
    return version !== undefined && version < Math.max(this.base?.version ?? 0, ...told)
  }

  private confirm(write: ModelWrite, late: boolean, version: number | undefined): void {
    write.version = version
    if (late) return void (this.stale(version) || (this.base = write.replay(this.base)))
    write.confirmed = true
    write.hidden = false
    write.standing = { value: write.action === 'delete' ? true : (this.left(write) ?? write.called) }
  }

  private confirmRow(write: ModelWrite, late: boolean, { fields, version }: { fields: Record<string, string>; version?: number }): void {
    if (late) return this.stale(version) ? undefined : this.remote({ fields, version: version ?? succeeded(this.base, fields) })
    // without one, it is as if the write had been confirmed without the row
    const row = { fields, version: version ?? this.left(write)?.version ?? (this.base?.version ?? 0) + 1 }
    this.base = row
    this.writes = this.writes.filter((other) => other !== write && !other.confirmed)
    write.standing = { value: row }
  }

  /** Takes a write out, and those that fall with it; `again`: its answer is still to come. */
  takeOut(write: ModelWrite, code: string, again: boolean): void {
    const at = this.writes.indexOf(write)
    let falling = write.action === 'add' || (write.action !== 'update' && write.action !== 'delete' && !this.after(at))
    write.late = again && write.sent
    write.standing = { code }
    this.writes = this.writes.filter((other, k) => {
      if (k < at) return true
      if (k === at) return false
      if (other.action !== 'update' && other.action !== 'delete') falling = false
      if (!falling || other.confirmed) return true
      other.late = other.sent
      other.standing = { code }
      return false
    })
    this.fold()
  }

  private fold(): void {
    while (this.writes[0]?.confirmed) this.base = this.writes.shift()!.replay(this.base)
  }
}

function succeeded(before: ModelRow | undefined, fields: Record<string, string>): number {
  if (!before) return 1
  return before.version + (sameFields(before.fields, fields) ? 0 : 1)
}

export function sameFields(a: Record<string, string>, b: Record<string, string>): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
