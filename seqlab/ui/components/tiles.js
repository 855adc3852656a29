// @ts-check
// Elements of a list by their ids: made once, filled at each change, moved only if they must be.

/**
 * Makes the children of a parent those of a list, in its order.
 * @template {{id: string}} T
 * @param {any} parent
 * @param {T[]} list
 * @param {() => any} make an empty child
 * @param {(child: any, each: T) => void} fill
 */
export function inOrder(parent, list, make, fill) {
  const children = new Map([...parent.children].map((child) => [child.dataset.id, child]))
  const wanted = new Set(list.map((each) => each.id))
  for (const [id, child] of children) if (!wanted.has(id)) child.remove()
  list.forEach((each, place) => {
    let child = children.get(each.id)
    if (!child) {
      child = make()
      child.dataset.id = each.id
    }
    fill(child, each)
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null)
  })
}
