import { AtomaError } from '../errors.js'
import { invalidInput, kindOf } from '../input.js'

/** What the plugins of one client offer each other, by name. */
export class Services {
  private readonly offers = new Map<string, { value: unknown; owner: unknown }>()

  /** Throws `already_exists` for a name that is taken. */
  register(name: unknown, value: unknown, owner: unknown): void {
    const checked = checkName(name)
    if (this.offers.has(checked)) {
      throw new AtomaError(
        'already_exists',
        `a service ${JSON.stringify(checked)} has been registered: choose another name`,
        { details: { service: checked } },
      )
    }
    this.offers.set(checked, { value, owner })
  }

  resolve(name: unknown): unknown {
    return this.offers.get(checkName(name))?.value
  }

  /** Takes back what one owner offered. */
  release(owner: unknown): void {
    for (const [name, offer] of this.offers) if (offer.owner === owner) this.offers.delete(name)
  }
}

function checkName(name: unknown): string {
  if (typeof name === 'string' && name !== '') return name
  throw invalidInput(`${kindOf(name)} is no name of a service: names are strings that are not empty`, {})
}
