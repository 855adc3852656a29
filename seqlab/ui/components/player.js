// @ts-check
// Heat maps of one layer and one sequence over the saved epochs, played in the browser.
//
// Python sends every frame at once (a byte a value, zlib, base64); this file decodes each frame
// once, draws all of it on one canvas, and tells Python the epoch only when the handle is let go.

import { SLOWEST, pace, spotWords, wishOf } from "./controls.js"
import { decode, nearest, palette, rangeOf, sentence } from "./frames.js"
import { centre, layout, spotAt } from "./layout.js"
import { Painter } from "./paint.js"
import { when } from "./words.js"

/** @typedef {import("./frames.js").Frame} Frame */

/** @type {WeakMap<Element, Player>} */
const players = new WeakMap()

/**
 * Called by Streamlit whenever Python has sent something.
 * @param {{parentElement: Element, data: any, setStateValue: (name: string, value: any) => void}} component
 * @returns {() => void} to be called when the component goes
 */
export default function (component) {
  const root = /** @type {HTMLElement} */ (component.parentElement.querySelector(".seqlab-player"))
  const player = players.get(root) ?? new Player(root)
  players.set(root, player)
  player.report = component.setStateValue
  player.update(component.data)
  return () => {
    player.close()
    players.delete(root)
  }
}

/**
 * Whether the page's text is lighter than mid-grey.
 * @param {Element} element
 * @returns {boolean}
 */
function isDark(element) {
  const [r, g, b] = (getComputedStyle(element).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number)
  return 0.3 * r + 0.6 * g + 0.1 * b > 127
}

// What is on the page ---------------------------------------------------------------------------

class Player {
  /** @param {HTMLElement} root */
  constructor(root) {
    const part = (/** @type {string} */ selector) => /** @type {any} */ (root.querySelector(selector))
    this.root = root
    /** @type {HTMLCanvasElement} */
    this.canvas = part("canvas")
    /** @type {HTMLInputElement} */
    this.slider = part("input[type=range]")
    /** @type {HTMLButtonElement} */
    this.button = part("button.play")
    /** @type {HTMLButtonElement} */
    this.best = part("button.best")
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
    this.follow = true // the newest epoch, also when it is a new one
    this.epoch = 0
    /** @type {number | null} the epoch that Python was told last; null for the newest */
    this.told = null
    /** @type {number | null} row of the data, not of the picture */
    this.unit = null
    /** @type {any} */
    this.timer = null
    /** @type {any} */
    this.waiting = null
    /** @type {any} */
    this.speaking = null
    /** @type {import("./layout.js").Spot | null} */
    this.hover = null
    /** @type {import("./layout.js").Place | null} */
    this.place = null
    /** @type {{sequential: number[][], diverging: number[][]} | null} */
    this.palettes = null
    /** @type {{frames: Map<number, Frame>, range: [number, number]} | null} */
    this.ranged = null
    this.version = 0
    this.report = (/** @type {string} */ _, /** @type {any} */ __) => {}
    this.listen()
    this.watcher = new ResizeObserver(() => this.draw())
    this.watcher.observe(root)
  }

  close() {
    this.watcher.disconnect()
    clearTimeout(this.timer)
    clearTimeout(this.waiting)
  }

  listen() {
    this.slider.oninput = () => {
      this.pause()
      this.show(this.epochs[this.slider.valueAsNumber])
      this.follow = this.slider.value === this.slider.max
    }
    this.slider.onchange = () => this.tell() // the handle is let go
    this.best.onclick = () => {
      this.pause()
      this.follow = this.data.best === this.newest
      this.show(this.data.best)
      this.tell()
    }
    this.button.onclick = () => (this.timer ? this.pause(true) : this.play())
    this.root.onkeydown = (event) => {
      const target = /** @type {HTMLElement} */ (event.target)
      const native = target === this.order || target === this.compare || target.tagName === "BUTTON"
      if (event.key === " " && !native) {
        event.preventDefault()
        this.button.click()
      }
    }
    this.canvas.onkeydown = (event) => this.key(event)
    this.order.onchange = () => this.draw()
    this.compare.onchange = () => this.draw()
    this.canvas.onpointermove = (event) => this.point(event)
    this.canvas.onpointerleave = () => this.point(null)
    this.canvas.onclick = (event) => this.pick(event)
    const png = /** @type {HTMLButtonElement} */ (this.root.querySelector("button.png"))
    png.onclick = () => this.save()
  }

  /**
   * Takes what Python sent: frames that are known are not unpacked again.
   * @param {any} data
   */
  async update(data) {
    const [old, version] = [this.data, this.version + 1]
    this.version = version
    if (!this.palettes) {
      this.palettes = { sequential: palette(data.scales.sequential), diverging: palette(data.scales.diverging) }
    }
    const same = old?.id === data.id
    const known = same ? this.frames : new Map()
    const decoded = await Promise.all(
      data.frames.map((/** @type {any} */ frame) => {
        const old = known.get(frame.epoch)
        return old?.version === frame.version ? old : decode(frame)
      }),
    )
    if (this.version !== version) return // newer data came while this was unpacked
    this.frames = new Map(decoded.map((frame) => [frame.epoch, frame]))
    this.epochs = decoded.map((frame) => frame.epoch)
    this.data = data
    if (old?.run !== data.run) {
      this.pause()
      this.follow = data.epoch === null
      this.epoch = this.told = data.epoch
    }
    if (!same && old && (old.cell !== data.cell || old.units !== data.units)) this.unit = null
    if (this.unit === null && data.unit !== null) this.unit = Math.min(data.units - 1, Math.floor(data.unit / data.stride))
    this.slider.max = `${this.epochs.length - 1}`
    this.text(".notes", data.notes)
    this.best.hidden = !this.frames.has(data.best)
    this.best.title = `The epoch with the lowest val_loss: ${data.best}`
    this.orders()
    if (this.follow && !this.timer) this.epoch = this.newest
    this.show(nearest(this.epochs, this.epoch))
  }

  get newest() {
    return this.epochs[this.epochs.length - 1]
  }

  /** The order of the units, from the bottom; null for their own. @returns {number[] | null} */
  get rows() {
    return this.data.orders[this.order.value] ?? null
  }

  /**
   * @param {string} selector
   * @param {string} words
   */
  text(selector, words) {
    const element = this.root.querySelector(selector)
    if (element) element.textContent = words
  }

  orders() {
    const names = Object.keys(this.data.orders)
    if (names.join() === [...this.order.options].map((option) => option.value).join()) return
    this.order.replaceChildren(...names.map((name) => new Option(name, name)))
  }

  // ---- epochs

  /** @param {number} epoch */
  show(epoch) {
    this.epoch = epoch
    const index = this.epochs.indexOf(epoch)
    this.slider.value = `${index}`
    this.slider.style.setProperty("--at", `${(100 * index) / Math.max(1, this.epochs.length - 1)}%`)
    const last = index === this.epochs.length - 1
    const live = last && this.data.active ? " (training)" : ""
    this.text("output", `${epoch === 0 ? "Before training" : `Epoch ${epoch}`}${live}`)
    this.slider.setAttribute("aria-valuetext", when(epoch))
    this.draw()
    clearTimeout(this.speaking) // a screen reader shall hear the last word only
    this.speaking = setTimeout(() => this.say(), this.timer ? 0 : 50)
  }

  tell() {
    const epoch = this.follow ? null : this.epoch
    clearTimeout(this.waiting)
    if (epoch === this.told) return
    // arrow keys come in a row: the last one counts
    this.waiting = setTimeout(() => {
      this.told = epoch
      this.report("shown", { run: this.data.run, epoch, unit: this.unitNumber() })
    }, 250)
  }

  unitNumber() {
    return this.unit === null ? null : this.unit * this.data.stride
  }

  play() {
    if (this.epoch === this.newest) this.show(this.epochs[0])
    this.follow = false
    this.root.classList.add("playing")
    this.button.setAttribute("aria-label", "Pause")
    const step = () => {
      const next = this.epochs[this.epochs.indexOf(this.epoch) + 1]
      if (next === undefined) {
        this.follow = true
        this.pause(true)
        return
      }
      this.show(next)
      this.timer = setTimeout(step, pace(this.epochs.length))
    }
    this.timer = setTimeout(step, SLOWEST)
  }

  pause(told = false) {
    clearTimeout(this.timer)
    this.timer = null
    this.root.classList.remove("playing")
    this.button.setAttribute("aria-label", "Play")
    if (told) this.tell()
  }

  // ---- words

  say() {
    const frame = this.frames.get(this.epoch)
    if (!this.data || !frame) return
    const text = sentence(frame, this.data)
    this.text(".sentence", text)
    this.canvas.setAttribute("aria-label", `${this.data.alt} ${text}`)
  }

  // ---- drawing

  /** @returns {import("./paint.js").Look} */
  look() {
    const style = getComputedStyle(this.root)
    const of = (/** @type {string} */ name, /** @type {string} */ other) => style.getPropertyValue(name).trim() || other
    return {
      text: of("--st-text-color", "#222"),
      line: of("--st-border-color", "#ccc"),
      paper: of("--st-background-color", "#fff"),
      font: of("--st-font", "sans-serif"),
      code: of("--st-code-font", "monospace"),
    }
  }

  draw() {
    if (!this.data || !this.frames.size) return
    const width = this.root.clientWidth
    if (!width) return
    const place = (this.place = layout({
      width,
      grid: this.data.grid,
      columns: this.data.columns,
      units: this.data.units,
      panes: this.compare.checked ? [this.epochs[0], this.epoch] : [this.epoch], // before and after
      said: Boolean(this.frames.get(this.epoch)?.said),
      lines: this.unit !== null,
      compact: this.data.compact,
    }))
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
    new Painter(pen, this.look(), width, scene).paint(place)
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
    if (!this.data.tellsUnit) return
    clearTimeout(this.waiting)
    const shown = { run: this.data.run, epoch: this.follow ? null : this.epoch, unit: this.unitNumber() }
    this.told = shown.epoch
    this.waiting = setTimeout(() => this.report("shown", shown), 250)
  }

  save() {
    this.canvas.toBlob((blob) => {
      if (!blob) return
      const link = document.createElement("a")
      link.href = URL.createObjectURL(blob)
      link.download = `gates_${this.data.run}_epoch_${this.epoch}.png`
      link.click()
      setTimeout(() => URL.revokeObjectURL(link.href), 1000)
    })
  }
}
