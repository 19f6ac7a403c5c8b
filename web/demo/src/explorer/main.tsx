import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { cell } from '../cell'
import { ErrorScreen } from '../ErrorScreen'
import { Explorer } from './Explorer'
import { load, type Progress } from './load'
import { Loading } from './Loading'

const root = createRoot(document.getElementById('root')!)
const progress = cell<Progress>({ stage: 'engine', rows: 0, total: 1 })
root.render(<Loading progress={progress} />)
try {
  const loaded = await load(progress)
  // for the console: await orders.findMany({ filter: { amount: { gte: 1000 } } })
  Object.assign(globalThis, { orders: loaded.orders })
  root.render(
    <StrictMode>
      <Explorer {...loaded} />
    </StrictMode>,
  )
} catch (error) {
  root.render(<ErrorScreen error={error} />)
}
