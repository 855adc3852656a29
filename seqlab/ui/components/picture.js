// @ts-check
// One picture of the player: it is drawn on a canvas, and pointed at with mouse or keyboard.
import { spotWords, wishOf } from "./controls.js"
import { rangeOf } from "./frames.js"
import { centre, layout, spotAt } from "./layout.js"
import { isDark, lookOf } from "./page.js"
import { Painter } from "./paint.js"

/** @typedef {import("./frames.js").Frame} Frame */

export class Picture {
  /** @param {HTMLElement} root */
  constructor(root) {
    const part = (/** @type {string} */ selector) => /** @type {any} */ (root.querySelector(selector))
    this.root = root
    /** @type {HTMLCanvasElement} */
    this.canvas = part("canvas")
    /** @type {HTMLSelectElement} */
    this.order = part("select")
    /** @type {HTMLInputElement} */
    this.compare = part("input[type=checkbox]")
    /** @type {HTMLElement} */
    this.tip = part(".tip")
    /** @type {Map<number, Frame>} by epoch, of the data's id */
    this.frames = new Map()
    /** @type {number[]} */
    this.epochs = []
    /** @type {any} what Python sent */
    this.data = null
    this.epoch = 0
    /** @type {number | null} row of the data, not of the picture */
    this.unit = null
    /** @type {import("./layout.js").Spot | null} */
    this.hover = null
    /** @type {import("./layout.js").Place | null} */
    this.place = null
    /** @type {{sequential: number[][], diverging: number[][]} | null} */
    this.palettes = null
    /** @type {{frames: Map<number, Frame>, range: [number, number]} | null} */
    this.ranged = null
    this.order.onchange = () => this.draw()
    this.compare.onchange = () => this.draw()
    this.canvas.onkeydown = (event) => this.key(event)
    this.canvas.onpointermove = (event) => this.point(event)
    this.canvas.onpointerleave = () => this.point(null)
    this.canvas.onclick = (event) => this.pick(event)
    this.watcher = new ResizeObserver(() => this.draw())
    this.watcher.observe(root)
  }

  close() {
    this.watcher.disconnect()
  }

  /** The order of the units, from the bottom; null for their own. @returns {number[] | null} */
  get rows() {
    return this.data.orders[this.order.value] ?? null
  }

  /**
   * @param {any} data
   * @param {number[]} panes epochs that stand side by side
   */
  placed(data, panes) {
    return layout({
      width: this.root.clientWidth,
      grid: data.grid,
      columns: data.columns,
      units: data.units,
      panes,
      letters: Math.max(data.input.symbols?.length ?? 0, data.frames[0]?.said?.length ?? 0),
      said: Boolean(data.frames[0]?.said),
      apart: data.output.steps !== data.timesteps,
      lines: this.unit !== null,
      compact: data.compact,
    })
  }

  draw() {
    if (!this.data || !this.frames.size) return
    const width = this.root.clientWidth
    if (!width) return
    const panes = this.compare.checked ? [this.epochs[0], this.epoch] : [this.epoch] // before and after
    const place = (this.place = this.placed(this.data, panes))
    const scale = window.devicePixelRatio || 1
    const [w, h] = [Math.round(width * scale), Math.round(place.height * scale)]
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w
      this.canvas.height = h
      this.canvas.style.height = `${place.height}px`
    }
    const pen = this.canvas.getContext("2d")
    if (!pen || !this.palettes) return
    this.root.style.colorScheme = isDark(this.root) ? "dark" : "light" // for box and menu
    pen.setTransform(scale, 0, 0, scale, 0, 0)
    const { data, frames, epoch, unit, rows, palettes, hover } = this
    const scene = { data, frames, epoch, unit, rows, palettes, hover, range: this.range() }
    new Painter(pen, lookOf(this.root), width, scene).paint(place)
  }

  /** @returns {[number, number]} of the outputs */
  range() {
    if (this.data.output.range) return this.data.output.range
    if (this.ranged?.frames !== this.frames) {
      this.ranged = { frames: this.frames, range: rangeOf(this.frames.values(), this.data.output.truth) }
    }
    return this.ranged.range
  }

  // ---- pointing at a step and a unit

  /** @param {MouseEvent} event */
  spot(event) {
    if (!this.place) return null
    const box = this.canvas.getBoundingClientRect()
    const { timesteps, output, units } = this.data
    const shape = { timesteps, answers: output.steps, units, rows: this.rows }
    return spotAt(this.place, event.clientX - box.left, event.clientY - box.top, shape)
  }

  /** @param {MouseEvent | null} event */
  point(event) {
    this.hover = event && this.spot(event)
    this.tellHover()
  }

  /**
   * The same from the keyboard: a step to the left or right, in the row of the chosen unit.
   * @param {number} by
   */
  step(by) {
    const { data, place } = this
    if (!place) return
    const [strip, cell] = [place.strips[place.strips.length - 1], place.cells[place.cells.length - 1]]
    const step = Math.min(data.timesteps - 1, Math.max(0, (this.hover?.step ?? -1) + by))
    const x = centre(strip.x, place.wide, step, data.timesteps)
    const answer = Math.floor(((step + 0.5) / data.timesteps) * data.output.steps)
    const row = this.unit === null ? {} : { cell, unit: this.unit }
    this.hover = { step, answer, x, y: cell.y, strip, ...row }
    this.tellHover()
    this.canvas.setAttribute("aria-label", this.tip.textContent ?? "")
  }

  tellHover() {
    const { hover, tip } = this
    tip.hidden = !hover
    this.draw()
    const frame = hover && this.frames.get(hover.strip.epoch)
    if (!hover || !frame) return
    tip.textContent = spotWords(hover, this.data, frame)
    tip.style.top = `${hover.y + 14}px`
    const room = this.root.clientWidth - tip.offsetWidth - 4
    tip.style.left = `${Math.max(0, Math.min(hover.x + 12, room))}px`
  }

  /** @param {MouseEvent} event */
  pick(event) {
    const spot = this.spot(event)
    if (!spot?.cell) return
    this.choose(this.unit === spot.unit ? null : (spot.unit ?? null))
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const wish = wishOf(event.key, this.unit, this.rows, this.data.units)
    if (!wish) return
    if (event.key !== "Escape") event.preventDefault()
    if ("step" in wish) this.step(wish.step)
    else this.choose(wish.choose)
  }

  /** @param {number | null} unit */
  choose(unit) {
    this.unit = unit
    this.draw()
    this.chosen()
  }

  /** Called after a unit was chosen or let go. */
  chosen() {}
}
