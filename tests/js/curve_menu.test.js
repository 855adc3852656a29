import assert from "node:assert/strict"
import { test } from "node:test"
import { meant } from "../../seqlab/ui/components/curve_menu.js"

const loss = { trace: { name: "loss" }, points: [[100, 50], [200, 50]] }
const acts = { open: "Open" }
const earlier = { trace: { name: "units 8", meta: { id: "a", acts } }, points: [[100, 80], [200, 100], [300, 100]] }

test("a click means the nearest curve, if it has a menu", () => {
  assert.equal(meant([loss, earlier], [100, 78]), earlier.trace)
  assert.equal(meant([loss, earlier], [100, 52]), undefined) // the loss itself
})

test("a click between two epochs means the line there", () => {
  assert.equal(meant([loss, earlier], [150, 92]), earlier.trace)
  assert.equal(meant([earlier], [250, 115]), undefined)
  assert.equal(meant([earlier], [250, 113]), earlier.trace)
})

test("a click far from all curves means none", () => {
  assert.equal(meant([loss, earlier], [150, 120]), undefined)
  assert.equal(meant([loss, earlier], [330, 100]), undefined) // beyond the last epoch
  assert.equal(meant([], [100, 90]), undefined)
})

test("a curve whose loss has no height for an epoch is drawn in parts", () => {
  const diverged = { ...earlier, points: [[100, 80], [200, NaN], [300, 80], [400, 80]] }
  assert.equal(meant([diverged], [350, 82]), diverged.trace)
  assert.equal(meant([diverged], [200, 80]), undefined)
})
