// @ts-check
// Words, curves, bars and symbols on a canvas, in the page's colours and letters.
import { LETTER, centre } from "./layout.js"

/**
 * @typedef {object} Look the page's colours and letters
 * @property {string} text
 * @property {string} line
 * @property {string} paper
 * @property {string} font
 * @property {string} code
 */

export class Pen {
  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {Look} look
   * @param {number} width of the canvas
   */
  constructor(pen, look, width) {
    this.pen = pen
    this.look = look
    this.width = width
  }

  /**
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {CanvasTextAlign} align
   * @param {boolean} strong
   * @param {number} room
   */
  label(text, x, y, align = "left", strong = false, room = this.width - x) {
    this.pen.fillStyle = this.look.text
    this.pen.textAlign = align
    this.pen.globalAlpha = strong ? 1 : 0.75
    this.pen.fillText(align === "left" ? this.shortened(text, room) : text, x, y)
    this.pen.globalAlpha = 1
  }

  /**
   * Words that would leave the picture on the right end with "…".
   * @param {string} text
   * @param {number} room
   * @returns {string}
   */
  shortened(text, room) {
    if (this.pen.measureText(text).width <= room) return text
    let end = text.length
    while (end > 0 && this.pen.measureText(`${text.slice(0, end)}…`).width > room) end--
    return `${text.slice(0, end).trimEnd()}…`
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} wide
   * @param {number} high
   * @param {number[]} values
   * @param {[number, number]} range
   * @param {string} colour
   * @param {number} thick
   */
  curve(x, y, wide, high, values, [low, top], colour, thick = 1.5) {
    const { length } = values
    this.pen.strokeStyle = colour
    this.pen.lineWidth = thick
    this.pen.beginPath()
    values.forEach((value, t) => {
      const at = y + high - ((value - low) / (top - low || 1)) * high
      if (t) this.pen.lineTo(centre(x, wide, t, length), at)
      else this.pen.moveTo(centre(x, wide, t, length), at)
    })
    this.pen.stroke()
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} wide
   * @param {number} high
   */
  frameOf(x, y, wide, high) {
    this.pen.strokeStyle = this.look.line
    this.pen.lineWidth = 1
    this.pen.strokeRect(x + 0.5, y + 0.5, wide - 1, high - 1)
  }

  /**
   * One symbol a step, as large as there is room; false if there is none.
   * @param {string[]} symbols
   * @param {number} x
   * @param {number} y
   * @param {number} wide
   * @param {(step: number) => string} colour
   * @returns {boolean}
   */
  symbols(symbols, x, y, wide, colour) {
    const room = wide / symbols.length
    if (room < LETTER) return false
    this.pen.font = `${Math.min(13, Math.max(7, room * 1.5))}px ${this.look.code}`
    this.pen.textAlign = "center"
    symbols.forEach((symbol, t) => {
      this.pen.fillStyle = colour(t)
      this.pen.fillText(symbol.trim() || (symbol ? "·" : ""), centre(x, wide, t, symbols.length), y, room * 1.1)
    })
    this.pen.font = `12px ${this.look.font}`
    return true
  }

  /**
   * A line of zeros and ones.
   * @param {number} x
   * @param {number} y
   * @param {number} wide
   * @param {number} tall
   * @param {number[]} line
   * @param {string} colour
   */
  bars(x, y, wide, tall, line, colour) {
    this.pen.fillStyle = colour
    this.pen.globalAlpha = 0.5
    const width = Math.max(2.5, wide / line.length)
    line.forEach((value, t) => value && this.pen.fillRect(centre(x, wide, t, line.length) - width / 2, y + 1, width, tall - 2))
    this.pen.globalAlpha = 1
  }
}
