// @ts-check
// A line of numbers that is drawn with the pointer: one value a step, told when it is let go.

const sketches = new WeakMap()

export default function (/** @type {any} */ component) {
  const svg = component.parentElement.querySelector("svg")
  if (!sketches.has(svg)) sketches.set(svg, new Sketch(svg))
  const sketch = sketches.get(svg)
  sketch.report = component.setStateValue
  sketch.update(component.data)
  return () => sketches.delete(svg)
}

/**
 * A straight line from one point to another: a quick hand skips steps.
 * @param {number[]} values are changed
 * @param {{step: number, value: number}} from
 * @param {{step: number, value: number}} to
 */
export function stroke(values, from, to) {
  const [a, b] = from.step <= to.step ? [from, to] : [to, from]
  for (let t = a.step; t <= b.step; t++) {
    const part = b.step === a.step ? 1 : (t - a.step) / (b.step - a.step)
    values[t] = a.value + part * (b.value - a.value)
  }
  values[to.step] = to.value
}

class Sketch {
  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.svg = svg
    this.drawing = false
    /** @type {any} what Python sent */
    this.data = null
    /** @type {number[]} one a step */
    this.values = []
    /** @type {{step: number, value: number} | null} where the pointer was */
    this.last = null
    this.report = (/** @type {string} */ _, /** @type {any} */ __) => {}
    svg.onpointerdown = (event) => {
      svg.setPointerCapture(event.pointerId)
      this.last = null
      this.drawing = true
      this.move(event)
    }
    svg.onpointermove = (event) => this.drawing && this.move(event)
    svg.onpointerup = () => this.release()
    svg.onpointercancel = () => this.release()
  }

  update(/** @type {any} */ data) {
    if (this.drawing) return // the hand is quicker than the page
    this.data = data
    this.values = [...data.values]
    this.svg.setAttribute("viewBox", "0 0 1000 100")
    this.svg.setAttribute("aria-label", data.label)
    this.paint()
  }

  move(/** @type {any} */ event) {
    const box = this.svg.getBoundingClientRect()
    const count = this.values.length
    const step = Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count)))
    const share = Math.min(1, Math.max(0, 1 - (event.clientY - box.top) / box.height))
    const value = this.data.low + share * (this.data.high - this.data.low)
    stroke(this.values, this.last ?? { step, value }, { step, value })
    this.last = { step, value }
    this.paint()
  }

  release() {
    if (!this.drawing) return
    this.drawing = false
    this.report("drawn", { id: this.data.id, stamp: Date.now(), values: this.values.map((value) => Number(value.toPrecision(6))) })
  }

  paint() {
    const { low, high } = this.data
    const count = this.values.length
    const x = (/** @type {number} */ t) => ((t + 0.5) / count) * 1000
    const y = (/** @type {any} */ value) => 4 + 92 * (1 - (value - low) / (high - low || 1))
    const points = this.values.map((value, t) => `${x(t).toFixed(1)},${y(value).toFixed(1)}`)
    this.svg.innerHTML = `<polyline points="${points.join(" ")}" />`
  }
}
