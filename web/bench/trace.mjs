// Finds the longest task in a Chromium trace.

/**
 * Of the main thread that set the marks bench-start and bench-end, between them:
 * in ms the longest task by the clock, and the longest by processor time. The
 * clock also counts the time in which the machine ran something else.
 */
export function longestTask(buffer) {
  const { traceEvents } = JSON.parse(buffer.toString())
  const start = traceEvents.find(({ name }) => name === 'bench-start')
  const end = traceEvents.find(({ name }) => name === 'bench-end')
  let task = 0
  let taskCPU = 0
  let cause = ''
  for (const { name, ph, pid, tid, ts, dur = 0, tdur = 0, args } of traceEvents) {
    // microtasks at the end of a task are events of their own, beside the task
    if (ph !== 'X' || pid !== start.pid || tid !== start.tid || !/RunTask$|MicrotaskCheckpoint$/.test(name)) continue
    if (ts < start.ts || ts + dur > end.ts) continue
    task = Math.max(task, dur)
    if (tdur > taskCPU) [taskCPU, cause] = [tdur, `${name} ${args.src_file ?? ''}`]
  }
  return { task: task / 1000, taskCPU: taskCPU / 1000, cause }
}
