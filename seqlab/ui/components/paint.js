// @ts-check
// Draws the player: input, maps, answer, the lines of a unit, legend and cursor.
import { bytesOf, imageOf, pixels, valueOf } from "./frames.js"
import { LEFT, LINES_HEIGHT, RIGHT, SAID, TITLE, centre, marks } from "./layout.js"
import { Pen } from "./pen.js"
import { round, when } from "./words.js"

/**
 * @typedef {import("./layout.js").Place} Place
 * @typedef {import("./layout.js").Box} Box
 * @typedef {import("./frames.js").Frame} Frame
 *
 * @typedef {object} Scene what is to be drawn
 * @property {any} data as Python sent it (`seqlab.ui.components.player`)
 * @property {Map<number, Frame>} frames by epoch
 * @property {number} epoch
 * @property {number | null} unit row of the data that was chosen
 * @property {number[] | null} rows the order of the units
 * @property {[number, number]} range of the outputs
 * @property {{sequential: number[][], diverging: number[][]}} palettes
 * @property {import("./layout.js").Spot | null} hover
 */

export class Painter extends Pen {
  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {import("./pen.js").Look} look
   * @param {number} width
   * @param {Scene} scene
   */
  constructor(pen, look, width, scene) {
    super(pen, look, width)
    this.scene = scene
  }

  /**
   * What was decoded of an epoch; only epochs that are there are laid out.
   * @param {number} epoch
   * @returns {Frame}
   */
  frame(epoch) {
    return /** @type {Frame} */ (this.scene.frames.get(epoch))
  }

  /**
   * All of it.
   * @param {Place} place
   */
  paint(place) {
    this.pen.fillStyle = this.look.paper
    this.pen.fillRect(0, 0, this.width, place.height)
    this.pen.font = `12px ${this.look.font}`
    this.pen.textBaseline = "alphabetic"
    for (const strip of place.strips) {
      if (strip.first && place.top) {
        const words = when(strip.epoch)
        this.pen.font = `600 14px ${this.look.font}`
        this.label(words[0].toUpperCase() + words.slice(1), strip.x, 14, "left", true)
        this.pen.font = `12px ${this.look.font}`
      }
      this.paintSteps(strip.x, place.maps + 13, place.wide)
    }
    for (const box of place.inputs) this.paintInput(box)
    for (const box of place.outputs) this.paintOutput(box)
    const { output, timesteps } = this.scene.data
    for (const box of [...place.inputs, ...place.outputs].filter((each) => each.apart)) {
      this.paintSteps(box.x, box.y + box.height + 13, box.width, place.outputs.includes(box) ? output.steps : timesteps)
    }
    for (const cell of place.cells) this.paintMap(cell)
    if (place.lines !== null) this.paintLines(place)
    this.paintLegend(place.legend)
    this.paintCursor(place)
  }

  /** @param {Box} box */
  paintInput({ x, y, width: wide, height: tall }) {
    const { input } = this.scene.data
    this.frameOf(x, y, wide, tall)
    this.label(input.title, x, y - 6, "left", true, wide)
    if (input.symbols) {
      if (!this.symbols(input.symbols, x, y + tall / 2 + 4, wide, () => this.look.text)) {
        this.label("hover for the text", x + 6, y + tall / 2 + 3, "left", false, wide)
      }
      return
    }
    if (input.image) return this.paintImage(x, y, wide, tall)
    const all = input.lines.flat()
    const [low, high] = [Math.min(...all), Math.max(...all)]
    input.lines.forEach((/** @type {any} */ line, /** @type {number} */ k) => {
      if (line.every((/** @type {any} */ value) => value === 0 || value === 1)) return this.bars(x, y, wide, tall, line, input.colours[k])
      this.curve(x, y + 4, wide, tall - 8, line, [low, high], input.colours[k])
    })
    this.label(round(high), x - 4, y + 10, "right")
    this.label(round(low), x - 4, y + tall - 1, "right")
  }

  /**
   * An input of many features: a spectrogram.
   * @param {number} x
   * @param {number} y
   * @param {number} wide
   * @param {number} tall
   */
  paintImage(x, y, wide, tall) {
    const { data, palettes } = this.scene
    const { image, rows } = data.input
    const small = document.createElement("canvas")
    small.width = data.timesteps
    small.height = rows
    const drawn = new ImageData(imageOf(bytesOf(image), rows, palettes.sequential), data.timesteps, rows)
    small.getContext("2d")?.putImageData(drawn, 0, 0)
    this.pen.imageSmoothingEnabled = true
    this.pen.drawImage(small, x, y, wide, tall)
  }

  /** @param {Box} box */
  paintOutput({ x, y, width: wide, height: tall, epoch, inside }) {
    const { output } = this.scene.data
    const range = this.scene.range
    const frame = this.frame(epoch)
    this.frameOf(x, y, wide, tall)
    this.label(output.title, x, y - 6, "left", true, wide)
    const { said } = frame
    if (said) {
      const wrong = (/** @type {number} */ t) => output.right && said[t] !== output.right[t]
      this.symbols(said, x, y + 14, wide, (t) => (wrong(t) ? output.colours[0] : this.look.text))
      y += SAID
      tall -= SAID
    }
    const [at, align] = inside ? [x + 4, "left"] : [x - 4, "right"]
    this.label(round(range[1]), Number(at), y + 11, /** @type {CanvasTextAlign} */ (align))
    this.label(round(range[0]), Number(at), y + tall - 2, /** @type {CanvasTextAlign} */ (align))
    const values = frame.output
    const count = output.names.length
    const height = (/** @type {any} */ value) => y + 4 + (tall - 8) * (1 - (value - range[0]) / (range[1] - range[0] || 1))
    for (let k = 0; k < count; k++) {
      const line = Array.from({ length: output.steps }, (_, t) => values[t * count + k])
      const truth = output.truth[k]
      this.pen.setLineDash([3, 3])
      if (truth.length > 1) this.curve(x, y + 4, wide, tall - 8, truth, range, output.truthColour)
      this.pen.setLineDash([])
      this.curve(x, y + 4, wide, tall - 8, line, range, output.colours[k], 1.5)
      if (truth.length !== 1) continue
      const last = centre(x, wide, output.last, this.scene.data.timesteps)
      this.pen.fillStyle = output.colours[k]
      this.pen.beginPath()
      this.pen.arc(last, height(line[output.last]), 3.5, 0, 7)
      this.pen.fill()
      this.pen.strokeStyle = output.truthColour
      this.pen.lineWidth = 2
      this.pen.strokeRect(last - 4, height(truth[0]) - 4, 8, 8)
    }
  }

  /**
   * Numbers under an axis of time.
   * @param {number} x
   * @param {number} y
   * @param {number} wide
   * @param {number} timesteps
   */
  paintSteps(x, y, wide, timesteps = this.scene.data.timesteps) {
    for (const step of marks(timesteps, wide)) {
      const half = this.pen.measureText(`${step}`).width / 2 // the last one may not leave the picture
      const at = Math.min(centre(x, wide, step - 1, timesteps), x + wide - half + 2)
      this.label(`${step}`, at, y, "center")
    }
  }

  /** @param {import("./layout.js").Cell} cell */
  paintMap(cell) {
    const { data, frames, rows, unit, palettes } = this.scene
    const frame = this.frame(cell.epoch)
    const { units, steps } = data
    const reach = frame.reach[cell.i]
    // one scale for all epochs: the widest
    const widest = reach === 0 ? 0 : Math.max(...[...frames.values()].map((each) => each.reach[cell.i]))
    const colours = reach === 0 ? palettes.sequential : palettes.diverging
    const image = new ImageData(pixels(frame, data, cell.i, widest, colours, rows), steps, units)
    const small = document.createElement("canvas")
    small.width = steps
    small.height = units
    small.getContext("2d")?.putImageData(image, 0, 0)
    this.pen.imageSmoothingEnabled = cell.width < steps || cell.height < units
    this.pen.drawImage(small, cell.x, cell.y, cell.width, cell.height)
    const title = data.maps[cell.i].title + (widest > 1 ? ` (±${widest})` : "")
    this.label(title, cell.x, cell.y - 5, "left", true, cell.width)
    if (cell.first && !rows) {
      this.label("1", cell.x - 4, cell.y + cell.height, "right")
      this.label(`${data.allUnits}`, cell.x - 4, cell.y + 9, "right")
    }
    if (unit === null) return
    const row = rows ? rows.indexOf(unit) : unit
    const high = cell.height / units
    for (const [colour, thick] of [[this.look.paper, 4], [this.look.text, 1.5]]) { // seen on any colour
      this.pen.strokeStyle = `${colour}`
      this.pen.lineWidth = Number(thick)
      this.pen.strokeRect(cell.x, cell.y + cell.height - (row + 1) * high, cell.width, Math.max(high, 2))
    }
  }

  /** @param {Place} place */
  paintLines(place) {
    const { data } = this.scene
    const frame = this.frame(this.scene.epoch)
    const [x, y, wide] = [LEFT, (place.lines ?? 0) + TITLE, this.width - LEFT - RIGHT]
    this.frameOf(x, y, wide, LINES_HEIGHT)
    const gates = data.maps.map((/** @type {any} */ _, /** @type {number} */ i) => i)
    const reach = Math.max(...frame.reach)
    const low = reach === 0 ? 0 : -reach
    /** @type {[number, number]} */
    const range = [low, Math.max(1, reach)]
    this.pen.strokeStyle = this.look.line
    for (const level of [0, 1]) {
      const at = y + LINES_HEIGHT * (1 - (level - range[0]) / (range[1] - range[0]))
      this.pen.beginPath()
      this.pen.moveTo(x, at)
      this.pen.lineTo(x + wide, at)
      this.pen.stroke()
      this.label(`${level}`, x - 4, at + 4, "right")
    }
    if (reach > 0) this.label(`${-reach}`, x - 4, y + LINES_HEIGHT, "right")
    let at = x
    const name = `unit ${(this.scene.unit ?? 0) * data.stride + 1}`
    this.label(name, at, y - 6, "left", true)
    at += this.pen.measureText(name).width + 14
    for (const i of gates) {
      const line = Array.from({ length: data.timesteps }, (_, t) => this.value(frame, i, Math.floor(t / data.block)))
      this.curve(x, y, wide, LINES_HEIGHT, line, range, data.maps[i].colour)
      this.pen.fillStyle = data.maps[i].colour
      this.pen.fillRect(at, y - 11, 14, 3)
      this.label(data.maps[i].title, at + 18, y - 6)
      at += this.pen.measureText(data.maps[i].title).width + 32
    }
    this.paintSteps(x, y + LINES_HEIGHT + 14, wide)
  }

  /** @param {number} y */
  paintLegend(y) {
    const bar = (/** @type {number} */ x, /** @type {any} */ colours, /** @type {any} */ words) => {
      const gradient = this.pen.createLinearGradient(x, 0, x + 90, 0)
      for (let i = 0; i <= 16; i++) gradient.addColorStop(i / 16, `rgb(${colours[Math.round((i / 16) * 255)]})`)
      const [low, high, what] = words
      this.label(low, x - 4, y + 12, "right")
      this.pen.fillStyle = gradient
      this.pen.fillRect(x, y + 4, 90, 9)
      this.label(`${high}   ${what}`, x + 94, y + 12)
    }
    const reach = [...this.scene.frames.values()].flatMap((frame) => frame.reach)
    let x = LEFT + 12
    if (reach.includes(0)) {
      bar(x, this.scene.palettes.sequential, ["0", "1", this.width < 560 ? "gates" : "gates, closed to open"])
      x += this.width < 560 ? 170 : 260
    }
    if (reach.some((each) => each > 0)) bar(x, this.scene.palettes.diverging, ["−1", "1", this.width < 560 ? "states" : "states; or ± what the title says"])
  }

  /** @param {Place} place */
  paintCursor(place) {
    const { hover } = this.scene
    if (!hover) return
    this.pen.strokeStyle = this.look.text
    this.pen.globalAlpha = 0.6
    this.pen.lineWidth = 1
    const { timesteps, output } = this.scene.data
    /** @type {(x: number, wide: number, step: number, steps: number, from: number, to: number) => void} */
    const line = (x, wide, step, steps, from, to) => {
      const at = Math.round(centre(x, wide, step, steps)) + 0.5
      this.pen.beginPath()
      this.pen.moveTo(at, from)
      this.pen.lineTo(at, to)
      this.pen.stroke()
    }
    // An answer in steps of its own has nothing to do with the step of the input, and the reverse.
    const apart = output.steps !== timesteps
    if (!apart || !hover.below) {
      for (const { x } of place.strips) line(x, place.wide, hover.step, timesteps, place.cells[0].y, place.maps)
      for (const box of place.inputs) line(box.x, box.width, hover.step, timesteps, box.y, box.y + box.height)
    }
    if (!apart || hover.below) {
      for (const box of place.outputs) line(box.x, box.width, hover.answer, output.steps, box.y, box.y + box.height)
    }
    this.pen.globalAlpha = 1
  }

  /**
   * A number of the chosen unit.
   * @param {Frame} frame
   * @param {number} map
   * @param {number} column
   * @returns {number}
   */
  value(frame, map, column) {
    const { units, steps } = this.scene.data
    return valueOf(frame.bytes[(map * units + (this.scene.unit ?? 0)) * steps + column], frame.reach[map])
  }
}
