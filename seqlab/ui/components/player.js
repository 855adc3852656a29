// @ts-check
// Heat maps of one layer and one sequence over the saved epochs, played in the browser.
//
// Python sends every frame at once (a byte a value, zlib, base64); this file decodes each frame
// once, shows one epoch after the other, and tells Python the epoch only when the handle is let go.

import { SLOWEST, pace } from "./controls.js"
import { decode, nearest, palette, sentence } from "./frames.js"
import { download } from "./page.js"
import { Picture } from "./picture.js"
import { when } from "./words.js"

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

class Player extends Picture {
  /** @param {HTMLElement} root */
  constructor(root) {
    super(root)
    const part = (/** @type {string} */ selector) => /** @type {any} */ (root.querySelector(selector))
    /** @type {HTMLInputElement} */
    this.slider = part("input[type=range]")
    /** @type {HTMLButtonElement} */
    this.button = part("button.play")
    /** @type {HTMLButtonElement} */
    this.best = part("button.best")
    this.follow = true // the newest epoch, also when it is a new one
    /** @type {number | null} the epoch that Python was told last; null for the newest */
    this.told = null
    /** @type {any} */
    this.timer = null
    /** @type {any} */
    this.waiting = null
    /** @type {any} */
    this.speaking = null
    this.version = 0
    this.report = (/** @type {string} */ _, /** @type {any} */ __) => {}
    this.listen()
  }

  close() {
    super.close()
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
    const png = /** @type {HTMLButtonElement} */ (this.root.querySelector("button.png"))
    png.onclick = () => download(this.canvas, `gates_${this.data.run}_epoch_${this.epoch}.png`)
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
    if (!old) this.canvas.style.height = `${this.placed(data, [data.epoch ?? 0]).height}px` // what stands below keeps its place
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

  /** The unit goes to Python as well where it shows more of it. */
  chosen() {
    if (!this.data.tellsUnit) return
    clearTimeout(this.waiting)
    const shown = { run: this.data.run, epoch: this.follow ? null : this.epoch, unit: this.unitNumber() }
    this.told = shown.epoch
    this.waiting = setTimeout(() => this.report("shown", shown), 250)
  }
}
