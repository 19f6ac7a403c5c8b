import { useEffect, useState } from 'react'
import { type Frames, watchFrames } from './frames'

const shown = 48
const width = 3
const height = 22
/** Milliseconds at the top of the chart. */
const top = 50

/** Frames a second, and the longest of the last two seconds. */
export function FrameMeter() {
  const [frames, setFrames] = useState<Frames>()
  useEffect(() => watchFrames(setFrames), [])
  const bars = frames?.durations.slice(-shown) ?? []
  return (
    <div className="meter" title="Frames painted a second, and the longest time between two in the last two seconds">
      <svg viewBox={`0 0 ${shown * width} ${height}`} width={shown * width} height={height} aria-hidden="true">
        {bars.map((ms, i) => {
          const tall = Math.max(2, Math.min(1, ms / top) * height)
          const x = (shown - bars.length + i) * width
          return <rect key={i} data-long={ms > 34 || undefined} x={x} width={width - 1} y={height - tall} height={tall} rx={0.75} />
        })}
      </svg>
      <p>
        <strong>{frames ? frames.fps : '–'}</strong> fps <span className="meter-longest">longest {frames ? `${Math.round(frames.longest)} ms` : '–'}</span>
      </p>
    </div>
  )
}
