// @ts-check
// The teacher's board: a tile a learner. Tiles keep their elements, so that the keyboard's focus
// stays where it is while numbers change and tiles change places.

import { inOrder } from "./tiles.js"

/**
 * @typedef {{id: string, need: string, name: string, flag: string, line: string, result: string,
 *   detail: string}} Tile
 */

/**
 * Called by Streamlit whenever Python has sent something (`seqlab.ui.components.board`).
 * @param {{data: {tiles: Tile[], opens: boolean}, parentElement: any, setTriggerValue: any}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const board = parentElement.querySelector(".seqlab-board")
  const make = () => tile(data.opens)
  const fill = (/** @type {HTMLElement} */ item, /** @type {Tile} */ each) => {
    const inside = /** @type {HTMLElement} */ (item.firstElementChild)
    inside.className = `tile ${each.need}`
    text(inside, ".name", each.name)
    text(inside, ".flag", each.flag)
    text(inside, ".result", each.result)
    text(inside, ".detail", each.detail)
    const image = /** @type {HTMLImageElement} */ (inside.querySelector("img"))
    if (image.getAttribute("src") !== each.line) image.setAttribute("src", each.line)
    inside.onclick = data.opens ? () => setTriggerValue("opened", each.id) : null
  }
  inOrder(board, data.tiles, make, fill)
}

/** @param {boolean} opens whether a click opens it */
function tile(opens) {
  const item = document.createElement("div")
  item.setAttribute("role", "listitem")
  const inside = document.createElement(opens ? "button" : "div")
  if (opens) inside.setAttribute("type", "button")
  inside.innerHTML =
    '<span class="head"><span class="name"></span><span class="flag"></span></span>' +
    '<img alt=""><span class="result"></span><span class="small detail"></span>'
  item.append(inside)
  return item
}

/** @param {Element} inside @param {string} place @param {string} words */
function text(inside, place, words) {
  const element = /** @type {Element} */ (inside.querySelector(place))
  if (element.textContent !== words) element.textContent = words // a stranger's words: no markup
}
