import assert from "node:assert/strict"
import { test } from "node:test"

import { inOrder } from "../../seqlab/ui/components/tiles.js"

/** As much of an element as a list needs. */
class Parent {
  children = []
  moves = 0
  insertBefore(child, before) {
    this.moves++
    this.children = this.children.filter((each) => each !== child)
    const place = before ? this.children.indexOf(before) : this.children.length
    this.children.splice(place, 0, child)
    child.remove = () => (this.children = this.children.filter((each) => each !== child))
  }
}

const make = () => ({ dataset: {}, words: "" })
const fill = (child, each) => (child.words = each.words)
const draw = (parent, words) =>
  inOrder(parent, [...words].map((id) => ({ id, words: id + id })), make, fill)
const shown = (parent) => parent.children.map((child) => child.words).join(" ")

test("children follow the list, and one that stays keeps its element", () => {
  const parent = new Parent()
  draw(parent, "abc")
  assert.equal(shown(parent), "aa bb cc")
  const [first] = parent.children
  draw(parent, "cadb")
  assert.equal(shown(parent), "cc aa dd bb")
  assert.equal(parent.children[1], first)
  draw(parent, "b")
  assert.equal(shown(parent), "bb")
  draw(parent, "")
  assert.equal(shown(parent), "")
})

test("nothing is moved where the order stays", () => {
  const parent = new Parent()
  draw(parent, "abc")
  const before = parent.moves
  draw(parent, "abc")
  assert.equal(parent.moves, before)
})
