// @ts-check
// Texts whose symbols are coloured by their values, on the page and as a PNG.
import { download, lookOf } from "./page.js"

const FONT = 15
const ROW = 30
const WIDTH = 900 // of the PNG, in CSS pixels

/**
 * Called by Streamlit whenever Python has sent something (`seqlab.ui.components.coloured`).
 * @param {{data: any, parentElement: any}} component
 */
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".seqlab-coloured")
  const middle = (data.low + data.high) / 2
  const colour = (/** @type {any} */ value) => {
    const share = (value - middle) / (data.high - middle)
    const [r, g, b] = channels(data.colours[share > 0 ? 1 : 0])
    return `rgba(${r},${g},${b},${Math.min(1, Math.abs(share)).toFixed(2)})`
  }
  root.querySelector(".legend").replaceChildren(data.name, ` ${data.low}`, bar(data), `${data.high}`)
  root.querySelector(".text").replaceChildren(
    ...data.lines.map((/** @type {{symbols: string[], values: number[]}} */ { symbols, values }) => {
      const line = document.createElement("div")
      line.className = "line"
      symbols.forEach((/** @type {string} */ symbol, /** @type {number} */ t) => {
        const span = document.createElement("span")
        span.textContent = seen(symbol)
        span.title = values[t].toFixed(2)
        span.style.background = colour(values[t])
        line.append(span, data.between)
      })
      return line
    }),
  )
  root.querySelector("button").onclick = () => save(root, data, colour)
}

/** A blank can be seen. @param {string} symbol */
const seen = (symbol) => (symbol.trim() ? symbol : "·")
/** @param {string} hex */
const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16))

function bar(/** @type {{colours: string[]}} */ { colours }) {
  const element = document.createElement("i")
  element.style.background = `linear-gradient(to right, ${colours[0]}, transparent, ${colours[1]})`
  return element
}

function save(/** @type {any} */ root, /** @type {any} */ data, /** @type {any} */ colour) {
  const [style, look] = [getComputedStyle(root), lookOf(root)]
  const canvas = document.createElement("canvas")
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
  const font = `${FONT}px ${look.code}`
  pen.font = font
  // First where each symbol stands, then how tall the picture is, then the picture.
  /** @type {{text: string, x: number, y: number, wide: number, colour: string}[]} */
  const places = []
  let y = ROW + 20
  for (const { symbols, values } of data.lines) {
    let x = 16
    symbols.forEach((/** @type {string} */ symbol, /** @type {number} */ t) => {
      const text = seen(symbol)
      const wide = pen.measureText(text + data.between).width + 1
      if (x + wide > WIDTH - 16) [x, y] = [16, y + ROW - 4]
      places.push({ text, x, y, wide, colour: colour(values[t]) })
      x += wide
    })
    y += ROW + 4
  }
  canvas.width = 2 * WIDTH
  canvas.height = 2 * (y + 4)
  pen.scale(2, 2)
  pen.fillStyle = look.paper
  pen.fillRect(0, 0, canvas.width, canvas.height)
  const text = style.color
  pen.fillStyle = text
  pen.font = `600 13px ${style.fontFamily}`
  pen.fillText(`${data.name}: blue ${data.low} to orange ${data.high}`, 16, 24)
  pen.font = font
  for (const each of places) {
    pen.fillStyle = each.colour
    pen.fillRect(each.x, each.y - FONT - 2, each.wide, FONT + 8)
    pen.fillStyle = text
    pen.fillText(each.text, each.x, each.y)
  }
  download(canvas, "text.png")
}
