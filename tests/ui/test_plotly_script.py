"""The part of Plotly that most charts need draws them; what it lacks comes with the whole."""

import json

import plotly.graph_objects as go
import pytest

from seqlab.ui.components.javascript import javascript
from seqlab.ui.server.first_paint import head
from seqlab.ui.server.plotly_script import COMMON, FILE, common, partial

SMALL = """
"use strict";var lazy=(e,t)=>()=>(t||e((t={exports:{}}).exports,t),t.exports);var a=lazy(x=>{});
var core=lazy((e,t)=>{t.exports={kinds:["scatter"],register(l){l.map(k=>this.kinds.push(k.name))}}\
});var deep=lazy((e,t)=>{t.exports=1});var bars=lazy((e,t)=>{deep();\
t.exports={moduleType:"trace",name:"bar"}});var bar=lazy((e,t)=>{t.exports=bars()\
});var map=lazy((e,t)=>{t.exports={moduleType:"trace",name:"map",deep:deep()}\
});var all=lazy((e,t)=>{var c=core();c.register([bar(),map()]);t.exports=c});var Plotly=all();
""".replace("\n", "")


def test_modules_that_nobody_can_call_are_left_out():
    cut = partial(SMALL, {"scatter", "bar"})
    assert ".register([bar()])" in cut
    assert "var deep=" in cut
    assert "var map=" not in cut
    assert partial(SMALL, {"scatter", "bar", "map"}) == SMALL


@pytest.mark.parametrize("script", ["", "var Plotly = {}", SMALL.replace("moduleType", "kind")])
def test_a_script_of_another_shape_is_not_cut(script):
    assert partial(script, COMMON) == script


def test_the_common_part_is_a_quarter_of_the_installed_script():
    whole = FILE.read_bytes()
    assert len(common()) < 0.3 * len(whole)
    assert common().startswith(whole[:50])  # with its licence
    licences = whole[whole.rindex(b"/*! Bundled license information") :]
    assert common().endswith(licences)  # and those of its libraries


FIGURES = (
    go.Figure(
        [go.Scatter(y=[1, 2, 4], name="loss"), go.Bar(y=[1, 3]), go.Scatter(x=["a"], y=["b"])],
        {"yaxis": {"type": "log"}, "hovermode": "x unified", "annotations": [{"text": "here"}]},
    ),
    go.Figure(go.Heatmap(z=[[0, 1], [1, 0]], colorscale="Viridis", showscale=True)),
    go.Figure(
        go.Scatter(x=["2026-01-01", "2026-02-01"], y=[1, 2], mode="lines+markers+text", text=["a"]),
        {"shapes": [{"type": "line", "x0": 0, "x1": 1, "y0": 0, "y1": 1}], "dragmode": "zoom"},
    ),
    go.Figure(go.Scatter(y=[1, 2], fill="tozeroy", error_y={"array": [1, 1]})),
)


@pytest.mark.alone
def test_the_common_part_draws_its_kinds_in_a_browser(page):
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_content('<div id="chart" style="width:600px;height:400px"></div>')
    page.add_script_tag(content=common().decode())
    for figure in FIGURES:
        drawn = page.evaluate(
            """async (text) => {
                const { data, layout } = JSON.parse(text)
                const element = document.querySelector("#chart")
                await Plotly.react(element, data, layout, { responsive: true })
                await Plotly.relayout(element, { "xaxis.autorange": true })
                const picture = await Plotly.toImage(element, { format: "png" })
                return [element._fullData.map((trace) => trace.type), picture.slice(0, 22)]
            }""",
            figure.to_json(),
        )
        page.mouse.move(300, 200)  # what is under it is told
        page.mouse.move(310, 210)
        assert drawn == [[trace.type for trace in figure.data], "data:image/png;base64,"]
    assert not problems


@pytest.mark.alone
@pytest.mark.parametrize("part", ["throw new Error('x')", "window.Plotly = { purge() { nope() } }"])
def test_a_part_that_fails_gives_way_to_the_whole(page, part):
    drawn = "e.on = () => {}; e.textContent = d[0].name"
    whole = f"window.Plotly = {{ purge() {{}}, async react(e, d) {{ {drawn} }} }}"
    scripts = {"part.js": part, "whole.js": whole, "chart.js": javascript("chart")}
    html = f'<head>{head("/part.js").decode()}</head><div><p class="seqlab-chart"></p></div>'

    def answer(route):
        name = route.request.url.rsplit("/", 1)[-1]
        body = scripts.get(name, html)
        kind = "text/javascript" if name in scripts else "text/html"
        route.fulfill(body=body, content_type=kind)

    page.route("http://seqlab.test/**", answer)
    page.goto("http://seqlab.test/page")
    data = {"script": "/part.js", "whole": "/whole.js", "height": 100, "alt": "A line."}
    data["figure"] = json.dumps({"data": [{"name": "drawn"}], "layout": {}})
    page.evaluate(
        """async (data) => {
            const { default: chart } = await import("/chart.js")
            chart({ data, parentElement: document.querySelector("div") })
        }""",
        data,
    )
    page.get_by_text("drawn").wait_for()
