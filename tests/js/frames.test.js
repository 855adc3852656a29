import assert from "node:assert/strict"
import { test } from "node:test"
import { deflateSync } from "node:zlib"
import { decode, imageOf, nearest, palette, pixels, rangeOf, sentence, valueOf } from "../../seqlab/ui/components/frames.js"

const GREY = palette([[0, "#000000"], [1, "#ffffff"]])
const SHAPE = { units: 2, steps: 3, real: 3, block: 1, maps: [{ title: "forget f", state: false }, { title: "cell c", state: true }] }
// two maps of two units over three steps
const BYTES = [255, 230, 128, 0, 25, 128, 255, 0, 128, 128, 128, 128]

const frame = (more = {}) => ({
  epoch: 4, version: 1, reach: [0, 2], said: null, bytes: new Uint8Array(BYTES), output: new Float32Array([1, NaN]), ...more,
})

test("what Python packs is unpacked", async () => {
  const output = Buffer.from(new Float32Array([0.5, -1]).buffer).toString("base64")
  const z = deflateSync(Buffer.from(BYTES)).toString("base64")
  const found = await decode({ epoch: 4, version: 9, reach: [0, 2], said: ["a"], z, output })
  assert.deepEqual([...found.bytes], BYTES)
  assert.deepEqual([...found.output], [0.5, -1])
  assert.equal(found.version, 9)
})

test("a byte of a gate is a share, of a state a number within its reach", () => {
  assert.equal(valueOf(255, 0), 1)
  assert.equal(valueOf(0, 2), -2)
  assert.equal(valueOf(255, 2), 2)
})

test("a palette goes evenly from stop to stop", () => {
  assert.equal(GREY.length, 256)
  assert.deepEqual([GREY[0], GREY[128], GREY[255]], [[0, 0, 0], [128, 128, 128], [255, 255, 255]])
  const three = palette([[0, "#ff0000"], [0.5, "#00ff00"], [1, "#0000ff"]])
  assert.deepEqual([three[0], three[255]], [[255, 0, 0], [0, 0, 255]])
})

test("unit 1 stands at the bottom, in any order of the units", () => {
  const red = (image, row, t) => image[4 * (row * 3 + t)]
  const image = pixels(frame(), SHAPE, 0, 0, GREY, null)
  assert.equal(red(image, 1, 0), 255) // lower row: unit 1
  assert.equal(red(image, 0, 0), 0)
  const turned = pixels(frame(), SHAPE, 0, 0, GREY, [1, 0])
  assert.equal(red(turned, 0, 0), 255)
})

test("padding is pale", () => {
  const image = pixels(frame(), { ...SHAPE, real: 2 }, 0, 0, GREY, null)
  assert.deepEqual([image[3], image[7], image[11]], [255, 255, 70])
})

test("a narrower epoch is drawn on the scale of the widest", () => {
  const image = pixels(frame(), SHAPE, 1, 4, GREY, null) // reach 2 on a scale to 4
  assert.equal(image[4 * 3], 191) // +2 of 4: three quarters
  assert.equal(image[4 * 4], 64)
})

test("the sentence counts what is not padding", () => {
  assert.equal(sentence(frame(), SHAPE), "Epoch 4. forget f: 33% above 0.9, 33% below 0.1; cell c reaches 2.00.")
  const short = sentence(frame({ epoch: 0 }), { ...SHAPE, real: 1 })
  assert.equal(short, "Before training. forget f: 50% above 0.9, 50% below 0.1; cell c reaches 2.00.")
})

test("the range of the answers leaves out what a network does not say", () => {
  assert.deepEqual(rangeOf([frame()], [[3, -2]]), [-2, 3])
})

test("the nearest epoch that is there", () => {
  assert.equal(nearest([0, 1, 5, 10], 7), 5)
  assert.equal(nearest([0, 1, 5, 10], 99), 10)
})

test("an input of many features has the first one at the bottom", () => {
  const image = imageOf(new Uint8Array([0, 255, 128, 10, 20, 30]), 2, GREY) // two features over three steps
  const red = (row, step) => image[4 * (row * 3 + step)]
  assert.deepEqual([red(1, 0), red(1, 1), red(0, 2)], [0, 255, 30])
  assert.equal(image[3], 255)
})
